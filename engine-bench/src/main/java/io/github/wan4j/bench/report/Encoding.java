package io.github.wan4j.bench.report;

import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Frames to latents with VAE 2.1. */
record Encoding(String work, int frames, int height, int width) implements FullSizeReport.Work {
    @Override
    public List<Row> run(DeviceSession session, boolean profile, PrintWriter out) {
        try (RandomVae vae = new RandomVae(21, session, session.kernels(), DType.BF16);
                Scope scope = Scope.open("encoding")) {
            Tensor video = Forward.random(session, 4, 3, frames, height, width).clamp(-1, 1);
            List<Row> rows = new ArrayList<>();
            for (int chunk : Decoding.chunks()) {
                double ms = new Stopwatch(session, 2).best(() -> encode(vae, video, chunk));
                long peak = session.memory().peak().orElse(0);
                rows.add(new Row(work, ms, Row.NO_CEILING, Double.NaN, peak, "chunk " + chunk));
            }
            return rows;
        }
    }

    private static void encode(RandomVae vae, Tensor video, int chunk) {
        if (vae.vae().encode(video, chunk, RandomVae::goOn).count() == 0) {
            throw new IllegalStateException("nothing was encoded");
        }
    }
}
