package io.github.wan4j.models.vae;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;

/** Mean and deviation of each latent channel over the training data; latents outside of a VAE have them taken out. */
public final class LatentScale {
    private final float[] mean;
    private final float[] reciprocal;

    public LatentScale(float[] mean, float[] deviation) {
        if (mean.length != deviation.length) {
            throw new IllegalArgumentException(mean.length + " means for " + deviation.length + " deviations");
        }
        this.mean = mean.clone();
        reciprocal = new float[deviation.length];
        for (int i = 0; i < reciprocal.length; i++) {
            reciprocal[i] = 1 / deviation[i];
        }
    }

    /** The number of latent channels. */
    public int channels() {
        return mean.length;
    }

    /** z [C, T, h, w] f32 as the encoder gives it; (z − μ) · (1/σ). */
    public Tensor normalise(Tensor z) {
        try (Scope scope = Scope.open("latent.normalise")) {
            return scope.keep(z.sub(perChannel(mean, z)).mul(perChannel(reciprocal, z)));
        }
    }

    /** z [C, T, h, w] f32 as the decoder wants it; z / (1/σ) + μ, with the rounded reciprocal as the reference has it. */
    public Tensor denormalise(Tensor z) {
        try (Scope scope = Scope.open("latent.denormalise")) {
            return scope.keep(z.div(perChannel(reciprocal, z)).add(perChannel(mean, z)));
        }
    }

    private static Tensor perChannel(float[] values, Tensor z) {
        return Tensors.of(values, values.length, 1, 1, 1).to(z.device(), z.dtype());
    }
}
