package io.github.wan4j.models.vae.v22;

import io.github.wan4j.core.tensor.Tensor;

/** Four pixels as channels of one; channel index (colour · 2 + dx) · 2 + dy. */
final class Patches {
    private Patches() {}

    /** [1, 3, F, 2h, 2w] to [1, 12, F, h, w], channels last in memory. */
    static Tensor patchify(Tensor video) {
        long frames = video.size(2);
        long height = video.size(3) / 2;
        long width = video.size(4) / 2;
        return video.reshape(3, frames, height, 2, width, 2)
                .permute(1, 2, 4, 0, 5, 3)
                .reshape(1, frames, height, width, 12)
                .permute(0, 4, 1, 2, 3);
    }

    /** [1, 12, F, h, w] to [1, 3, F, 2h, 2w]. */
    static Tensor unpatchify(Tensor patches) {
        long frames = patches.size(2);
        long height = patches.size(3);
        long width = patches.size(4);
        return patches.reshape(3, 2, 2, frames, height, width)
                .permute(0, 3, 4, 2, 5, 1)
                .reshape(1, 3, frames, 2 * height, 2 * width);
    }
}
