package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Repeated;
import io.github.wan4j.core.nn.CausalConv3d;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Twice the height and width; with a convolution in time, also two frames for each but the very first, which that
 * convolution never sees.
 */
public final class Upsample implements Stage {
    private final Kernels kernels;
    private final @Nullable CausalConv3d timeConv;
    private final Tensor weight;
    private final Tensor bias;

    private Upsample(VaeWeights weights, long in, long out, boolean inTime) {
        kernels = weights.kernels();
        timeConv = inTime ? weights.temporal("time_conv", in, 2 * in) : null;
        weight = weights.kernel("resample.1", in, out, 3);
        bias = weights.bias("resample.1", out);
    }

    /** The reference's {@code upsample2d}. */
    public static Upsample inSpace(VaeWeights weights, long in, long out) {
        return new Upsample(weights, in, out, false);
    }

    /** The reference's {@code upsample3d}. */
    public static Upsample inSpaceAndTime(VaeWeights weights, long in, long out) {
        return new Upsample(weights, in, out, true);
    }

    /** x [1, in, T, H, W]; [1, out, T, 2H, 2W], or 2T frames (2T − 1 at the start of the sequence). */
    @Override
    public Tensor forward(Tensor x, FrameHistory past) {
        return forward(x, null, past);
    }

    /** The same plus a shortcut. */
    public Tensor forward(Tensor x, @Nullable Repeated shortcut, FrameHistory past) {
        try (Scope scope = Scope.open("vae.upsample")) {
            Tensor frames = timeConv == null ? x : doubled(timeConv, x, past);
            return scope.keep(kernels.upsampleConvolution(frames, weight.unsqueeze(2), bias, shortcut));
        }
    }

    private static Tensor doubled(CausalConv3d timeConv, Tensor x, FrameHistory past) {
        if (!past.atStart()) {
            return interleaved(timeConv.forward(x, past));
        }
        if (x.size(2) == 1) {
            return x;
        }
        Tensor rest = x.narrow(2, 1, x.size(2) - 1);
        return Tensors.cat(2, x.narrow(2, 0, 1), interleaved(timeConv.forward(rest, past)));
    }

    /** [1, 2C, T, H, W] to [1, C, 2T, H, W]: the halves of the channels are consecutive frames. */
    private static Tensor interleaved(Tensor pairs) {
        long channels = pairs.size(1) / 2;
        long frames = pairs.size(2);
        long height = pairs.size(3);
        long width = pairs.size(4);
        return pairs.reshape(1, 2, channels, frames, height, width)
                .permute(0, 3, 1, 4, 5, 2) // channels last in memory
                .reshape(1, 2 * frames, height, width, channels)
                .permute(0, 4, 1, 2, 3);
    }
}
