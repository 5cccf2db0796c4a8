package io.github.wan4j.bench.report;

import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * What bf16 costs a VAE: the unclamped output against that of fp32, the peak being the range of the latter. In a session
 * with TF32, whose own error is an eighth of that of bf16, fp32 means that.
 */
record Quality(int version, int latentFrames, int height, int width) implements FullSizeReport.Work {
    @Override
    public List<Row> run(DeviceSession session, boolean profile, PrintWriter out) {
        out.println(line(session));
        return List.of();
    }

    private String line(DeviceSession session) {
        try (Scope scope = Scope.open("quality")) {
            Tensor exact;
            try (RandomVae vae = new RandomVae(version, session, session.kernels(), DType.F32)) {
                exact = vae.decoded(latents(session, vae), 1);
            }
            Tensor rounded;
            try (RandomVae vae = new RandomVae(version, session, session.kernels(), DType.BF16)) {
                rounded = vae.decoded(latents(session, vae), 1);
            }
            double range = range(exact);
            double rms = rounded.sub(exact).norm() / Math.sqrt((double) exact.count());
            return String.format(
                    Locale.ROOT,
                    "VAE %.1f in bf16 against fp32, %d frames of %dx%d: %.1f dB (deviation of the output %.3f, range %.2f)",
                    version / 10.0,
                    exact.size(1),
                    exact.size(3),
                    exact.size(2),
                    20 * Math.log10(range / rms),
                    exact.deviation(),
                    range);
        }
    }

    /** max − min: what is largest of x ± most is an end of the range. */
    private static double range(Tensor x) {
        double most = x.maxAbs();
        return x.add(most).maxAbs() + x.add(-most).maxAbs() - 2 * most;
    }

    private Tensor latents(DeviceSession session, RandomVae vae) {
        return Forward.random(session, 3, vae.vae().zChannels(), latentFrames, height, width);
    }
}
