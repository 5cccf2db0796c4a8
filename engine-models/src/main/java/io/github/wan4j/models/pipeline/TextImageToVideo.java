package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.wan.Timesteps;
import org.jspecify.annotations.Nullable;

/**
 * TI2V-5B with a picture: the first latent frame is the encoded picture, before sampling and again after every step, and its
 * tokens are told timestep 0.
 */
final class TextImageToVideo implements Conditioning {
    private final Tensor firstFrame;

    /** encoded [C, 1, h, w], which is copied. */
    TextImageToVideo(Tensor encoded) {
        try (Scope scope = Scope.open("ti2v.condition")) {
            firstFrame = scope.release(encoded.copy());
        }
    }

    @Override
    public Tensor impose(Tensor latents) {
        long frames = latents.size(1);
        try (Scope scope = Scope.open("impose")) {
            return scope.keep(
                    frames == 1 ? firstFrame.copy() : Tensors.cat(1, firstFrame, latents.narrow(1, 1, frames - 1)));
        }
    }

    @Override
    public Timesteps timesteps(double t) {
        long tokensPerFrame = firstFrame.size(2) / 2 * (firstFrame.size(3) / 2);
        return new Timesteps(t, tokensPerFrame);
    }

    @Override
    public @Nullable Tensor channels() {
        return null;
    }

    @Override
    public void close() {
        firstFrame.close();
    }
}
