package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.wan.Timesteps;
import org.jspecify.annotations.Nullable;

/** No picture: all of the video is sampled. */
final class TextToVideo implements Conditioning {
    @Override
    public Tensor impose(Tensor latents) {
        return latents;
    }

    @Override
    public Timesteps timesteps(double t) {
        return Timesteps.all(t);
    }

    @Override
    public @Nullable Tensor channels() {
        return null;
    }

    @Override
    public void close() {}
}
