package io.github.wan4j.bench.report;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.umt5.Umt5Config;
import io.github.wan4j.models.umt5.Umt5Encoder;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;

/** A prompt of 512 tokens through UMT5-XXL. */
record Prompt() implements FullSizeReport.Work {
    private static final int TOKENS = 512;

    @Override
    public List<Row> run(DeviceSession session, boolean profile, PrintWriter out) {
        KernelProfile profiled = new KernelProfile(session);
        Kernels kernels = profile ? profiled.kernels() : session.kernels();
        Umt5Config config = Umt5Config.xxl();
        try (HeaderFile file = new HeaderFile("umt5-xxl");
                RandomStore store = new RandomStore(session.info().device(), kernels);
                Scope scope = Scope.open("prompt")) {
            Weights weights = Weights.of(file.checkpoint(), store);
            Umt5Encoder encoder = new Umt5Encoder(config, Precision.BF16, kernels, weights);
            weights.requireAllTaken();
            long[] ids = new long[TOKENS];
            Arrays.setAll(ids, i -> i * 499L % config.vocabulary());
            double ms = new Stopwatch(session, 40).best(() -> encode(encoder, ids));
            if (profile) {
                profiled.clear();
                encode(encoder, ids);
                out.println("UMT5-XXL");
                profiled.lines().forEach(out::println);
                return List.of();
            }
            double inner = (double) config.heads() * config.headDim();
            double layer = 2.0 * TOKENS * config.dim() * (4 * inner + 3.0 * config.ffnDim());
            double teraflop = config.layers() * (layer + 4.0 * TOKENS * TOKENS * inner) / 1e12;
            long peak = session.memory().peak().orElse(0);
            return List.of(new Row("UMT5-XXL, 512 tokens", ms, Row.NO_CEILING, teraflop, peak, ""));
        }
    }

    private static void encode(Umt5Encoder encoder, long[] ids) {
        if (encoder.forward(ids, Prompt::goOn).count() == 0) {
            throw new IllegalStateException("nothing was encoded");
        }
    }

    private static void goOn() {}
}
