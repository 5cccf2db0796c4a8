package io.github.wan4j.bench.report;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Latents to frames, for several chunk lengths: a row for each. */
record Decoding(String work, int version, DType dtype, int frames, int height, int width)
        implements FullSizeReport.Work {
    private static final int RUNS = 2;

    /** {@code -Dbench.chunks=1,2,4}. */
    static int[] chunks() {
        return Arrays.stream(System.getProperty("bench.chunks", "2,4,8").split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    @Override
    public List<Row> run(DeviceSession session, boolean profile, PrintWriter out) {
        KernelProfile profiled = new KernelProfile(session);
        Kernels kernels = profile ? profiled.kernels() : session.kernels();
        try (RandomVae vae = new RandomVae(version, session, kernels, dtype);
                Scope scope = Scope.open("decoding")) {
            Tensor z = Forward.random(session, 3, vae.vae().zChannels(), frames, height, width);
            if (profile) {
                int chunk = chunks()[chunks().length - 1];
                decode(vae, z, chunk);
                profiled.clear();
                long start = System.nanoTime();
                decode(vae, z, chunk);
                session.synchronize();
                out.println(work + ", chunk " + chunk + ": " + (System.nanoTime() - start) / 1e6 + " ms");
                profiled.lines().forEach(out::println);
                return List.of();
            }
            List<Row> rows = new ArrayList<>();
            for (int chunk : chunks()) {
                double ms = new Stopwatch(session, RUNS).best(() -> decode(vae, z, chunk));
                long peak = session.memory().peak().orElse(0);
                rows.add(new Row(work, ms, Row.NO_CEILING, Double.NaN, peak, "chunk " + chunk));
            }
            return rows;
        }
    }

    private static void decode(RandomVae vae, Tensor z, int chunk) {
        long expected = (z.size(1) - 1) * 4 + 1;
        long count = vae.decode(z, chunk);
        if (count != expected) {
            throw new IllegalStateException(count + " frames instead of " + expected);
        }
    }
}
