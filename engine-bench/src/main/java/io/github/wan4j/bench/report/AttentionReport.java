package io.github.wan4j.bench.report;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Self-attention alone, on normal numbers: on e4m3, passes around it included, beside bf16 in the same run. */
public final class AttentionReport {
    private static final int RUNS = 5;
    private static final int WIDTH = 128;
    private static final long PERIOD = (1L << 22) + 7;

    private AttentionReport() {}

    public static void main(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        EngineConfig config =
                EngineConfig.builder().attention(AttentionBackend.FP8).build();
        Devices devices = Devices.find();
        out.println("| heads × tokens × 128 | fp8 ms | TFLOP/s | bf16 ms | TFLOP/s | ratio | error | first call ms |");
        out.println("|---|---|---|---|---|---|---|---|");
        long[][] shapes = {{40, 32760}, {40, 32768}, {40, 75600}, {24, 27280}, {2, 576}};
        try (DeviceSession session = devices.open(devices.chosen(config).get(0), config)) {
            for (long[] shape : shapes) {
                out.println(session.call(() -> line(session, shape[0], shape[1])));
            }
            session.warnings().forEach(out::println);
        }
    }

    private static String line(DeviceSession session, long heads, long tokens) {
        Kernels kernels = session.kernels();
        Stopwatch watch = new Stopwatch(session, RUNS);
        double scale = 1 / Math.sqrt((double) WIDTH);
        try (Scope scope = Scope.open("attention")) {
            Tensor q = random(session, 1, heads, tokens);
            Tensor k = random(session, 2, heads, tokens);
            Tensor v = random(session, 3, heads, tokens);
            session.synchronize();
            long start = System.nanoTime();
            Tensor own = inner(kernels, q, k, v, scale);
            session.synchronize();
            double first = (System.nanoTime() - start) / 1e6;
            Tensor exact = kernels.attention(q, k, v, scale, null);
            double error = own.to(DType.F32).sub(exact.to(DType.F32)).norm() / exact.norm();
            double fast = watch.best(() -> check(inner(kernels, q, k, v, scale)));
            double slow = watch.best(() -> check(kernels.attention(q, k, v, scale, null)));
            double teraflop = 4.0 * heads * tokens * tokens * WIDTH / 1e12;
            return String.format(
                    Locale.ROOT,
                    "| %d × %d | %.2f | %.0f | %.2f | %.0f | %.2f | %.4f | %.0f |",
                    heads,
                    tokens,
                    fast,
                    teraflop / fast * 1e3,
                    slow,
                    teraflop / slow * 1e3,
                    slow / fast,
                    error,
                    first);
        }
    }

    /** On views: what it is given it may free. */
    private static Tensor inner(Kernels kernels, Tensor q, Tensor k, Tensor v, double scale) {
        return kernels.innerAttention(q.reshape(q.shape()), k.reshape(k.shape()), v.reshape(v.shape()), scale, 0);
    }

    private static Tensor random(DeviceSession session, long seed, long heads, long tokens) {
        long count = heads * tokens * WIDTH;
        long period = Math.min(count, PERIOD);
        try (Scope scope = Scope.open("attention.random");
                Rng rng = new Rng(seed)) {
            Tensor numbers = rng.normal(period).to(session.info().device(), DType.BF16);
            return scope.keep(numbers.reshape(1, period)
                    .expand((count + period - 1) / period, period)
                    .reshape(-1)
                    .narrow(0, 0, count)
                    .reshape(1, tokens, heads, WIDTH));
        }
    }

    private static void check(Tensor result) {
        if (result.count() == 0) {
            throw new IllegalStateException("nothing was computed");
        }
    }
}
