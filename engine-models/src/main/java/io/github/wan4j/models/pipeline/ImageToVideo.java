package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.vae.Vae;
import io.github.wan4j.models.wan.Timesteps;

/** I2V-A14B: the network sees a mask of what is given and the encoding of the picture followed by grey. */
final class ImageToVideo implements Conditioning {
    private static final int MASK_CHANNELS = 4;

    private final Tensor channels;

    /** channels [4 + C, T, h, w]: mask, then condition; belongs to this from now on. */
    private ImageToVideo(Tensor channels) {
        this.channels = channels;
    }

    /** picture [3, 1, H, W] in [−1, 1] as the first of {@code frames} video frames. */
    static ImageToVideo of(Tensor picture, int frames, Vae vae, int chunk, Runnable check) {
        try (Scope scope = Scope.open("i2v.condition")) {
            Tensor video = frames == 1
                    ? picture
                    : Tensors.cat(
                            1,
                            picture,
                            Tensors.zeros(
                                    DType.F32, picture.device(), 3, frames - 1, picture.size(2), picture.size(3)));
            Tensor condition = vae.encode(video, chunk, check);
            return new ImageToVideo(scope.release(Tensors.cat(0, mask(condition), condition)));
        }
    }

    /** One on the first latent frame, zero on the others. */
    private static Tensor mask(Tensor condition) {
        long frames = condition.size(1);
        Tensor first =
                Tensors.ones(DType.F32, condition.device(), MASK_CHANNELS, 1, condition.size(2), condition.size(3));
        return first.pad(0, 0, 0, 0, 0, frames - 1);
    }

    @Override
    public Tensor impose(Tensor latents) {
        return latents;
    }

    @Override
    public Timesteps timesteps(double t) {
        return Timesteps.all(t);
    }

    @Override
    public Tensor channels() {
        return channels;
    }

    @Override
    public void close() {
        channels.close();
    }
}
