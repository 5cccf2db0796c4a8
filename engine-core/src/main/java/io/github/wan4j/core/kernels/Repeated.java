package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;

/**
 * A shortcut past a layer that grows, as VAE 2.2 has it: each channel of x [1, in, T, H, W] as many times in a row as it
 * takes, unfolded into channels, time, height and width.
 *
 * @param times frames for each frame
 * @param dropped frames that are left out at the beginning
 */
public record Repeated(Tensor x, int times, int dropped) {
    /** [1, channels, T · times − dropped, 2H, 2W], channels last in memory. */
    public Tensor over(long channels) {
        long frames = x.size(2);
        long height = x.size(3);
        long width = x.size(4);
        try (Scope scope = Scope.open("kernels.repeated")) {
            Tensor grown = x.unsqueeze(2)
                    .expand(1, x.size(1), repeats(channels), frames, height, width)
                    .reshape(channels, times, 2, 2, frames, height, width)
                    .permute(4, 1, 5, 2, 6, 3, 0)
                    .reshape(1, frames * times, height * 2, width * 2, channels)
                    .permute(0, 4, 1, 2, 3);
            return scope.keep(grown.narrow(2, dropped, frames * times - dropped));
        }
    }

    /** How many times in a row each channel of x stands where {@code channels} come out. */
    public long repeats(long channels) {
        return channels * times * 4 / x.size(1);
    }
}
