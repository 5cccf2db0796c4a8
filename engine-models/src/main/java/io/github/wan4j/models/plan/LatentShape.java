package io.github.wan4j.models.plan;

import io.github.wan4j.video.Size;

/** Shape of the latents of a video, [channels, frames, height, width]. */
public record LatentShape(int channels, int frames, int height, int width) {
    /** Of a video whose size and length the autoencoder divides. */
    /** Of a video whose size and length are valid. */
    public static LatentShape of(VaeShape vae, Size size, int frames) {
        return new LatentShape(
                vae.latentChannels(),
                (frames - 1) / vae.temporalStride() + 1,
                size.height() / vae.spatialStride(),
                size.width() / vae.spatialStride());
    }

    /** Patches of 1×2×2 latents, what the transformer calls tokens. */
    public int tokens() {
        return frames * (height / 2) * (width / 2);
    }

    /** [C, T, h, w]. */
    public int[] shape() {
        return new int[] {channels, frames, height, width};
    }

    public long elements() {
        return (long) channels * frames * height * width;
    }

    @Override
    public String toString() {
        return "[" + channels + ", " + frames + ", " + height + ", " + width + "]";
    }
}
