package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/** Half the height and width; with a convolution in time, also one frame for each two after the very first. */
public final class Downsample implements Stage {
    private static final long[] HALF_SIZE = {1, 2, 2};
    private static final long[] HALF_RATE = {2, 1, 1};
    private static final long[] NO_PADDING = {0, 0};

    private final Kernels kernels;
    private final Tensor weight;
    private final Tensor bias;
    private final @Nullable Tensor timeWeight;
    private final @Nullable Tensor timeBias;

    private Downsample(VaeWeights weights, long channels, boolean inTime) {
        kernels = weights.kernels();
        weight = weights.kernel("resample.1", channels, channels, 3);
        bias = weights.bias("resample.1", channels);
        timeWeight =
                inTime ? weights.weights().get("time_conv.weight", weights.dtype(), channels, channels, 3, 1, 1) : null;
        timeBias = inTime ? weights.bias("time_conv", channels) : null;
    }

    /** The reference's {@code downsample2d}. */
    public static Downsample inSpace(VaeWeights weights, long channels) {
        return new Downsample(weights, channels, false);
    }

    /** The reference's {@code downsample3d}. */
    public static Downsample inSpaceAndTime(VaeWeights weights, long channels) {
        return new Downsample(weights, channels, true);
    }

    /**
     * x [1, C, T, H, W]; [1, C, T, H/2, W/2], or T/2 frames. In time the first chunk of a sequence has an odd number of
     * frames, 1 + 2n giving 1 + n, the others an even one.
     */
    @Override
    public Tensor forward(Tensor x, FrameHistory past) {
        try (Scope scope = Scope.open("vae.downsample")) {
            Tensor padded = x.pad(0, 1, 0, 1);
            Tensor small = kernels.convolution(padded, weight.unsqueeze(2), bias, HALF_SIZE, NO_PADDING);
            return scope.keep(
                    timeWeight == null || timeBias == null ? small : halved(small, timeWeight, timeBias, past));
        }
    }

    private Tensor halved(Tensor x, Tensor time, Tensor offset, FrameHistory past) {
        Tensor last = past.of(this);
        Tensor result;
        if (last != null) {
            result = kernels.convolution(kernels.behind(x, 1, last), time, offset, HALF_RATE, NO_PADDING);
        } else if (x.size(2) == 1) {
            result = x;
        } else {
            Tensor rest = kernels.convolution(x, time, offset, HALF_RATE, NO_PADDING);
            result = Tensors.cat(2, x.narrow(2, 0, 1), rest);
        }
        past.remember(this, x.narrow(2, x.size(2) - 1, 1));
        return result;
    }
}
