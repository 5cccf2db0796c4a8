package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A convolution that sees no later frame: as many zero frames as the kernel reaches back stand before the first one, and
 * half a kernel of zeros around height and width. A sequence may pass in chunks of any length.
 */
public final class CausalConv3d {
    private static final long[] STRIDE = {1, 1, 1};

    private final Kernels kernels;
    private final Tensor weight;
    private final Tensor bias;
    private final int front;
    private final long[] padding;

    /** weight [O, I, kt, kh, kw], bias [O], both in the dtype to compute in. */
    public CausalConv3d(Kernels kernels, Tensor weight, Tensor bias) {
        this.kernels = kernels;
        this.weight = weight;
        this.bias = bias;
        front = (int) weight.size(2) - 1;
        padding = new long[] {weight.size(3) / 2, weight.size(4) / 2};
    }

    /** x [1, I, T, H, W]; [1, O, T, H, W]. */
    public Tensor forward(Tensor x, FrameHistory past) {
        try (Scope scope = Scope.open("conv3d")) {
            Tensor history = past.of(this);
            return scope.keep(convolve(kernels.behind(x, front(x, history), history), x, past));
        }
    }

    /** {@link #forward} of the SiLU of the norm of x. */
    public Tensor forward(ChannelNorm norm, Tensor x, FrameHistory past) {
        try (Scope scope = Scope.open("conv3d.norm")) {
            Tensor history = past.of(this);
            return scope.keep(convolve(norm.silu(x, front(x, history), history), x, past));
        }
    }

    /**
     * The same once more, with another norm and convolution, plus {@code addend}: what a residual block computes. The
     * addend is asked for when the largest tensors are gone.
     */
    public Tensor forward(
            ChannelNorm norm,
            Tensor x,
            ChannelNorm norm2,
            CausalConv3d next,
            Supplier<Tensor> addend,
            FrameHistory past) {
        try (Scope scope = Scope.open("conv3d.twice")) {
            Tensor history = past.of(this);
            Tensor first = norm.silu(x, front(x, history), history);
            remember(first, past);
            Tensor nextHistory = past.of(next);
            Tensor second = kernels.convolutionNormSilu(
                    first, taps(first, x), bias, padding, norm2.gamma(), next.front(x, nextHistory), nextHistory);
            first.close();
            next.remember(second, past);
            return scope.keep(
                    kernels.convolutionAdd(second, next.taps(second, x), next.bias, next.padding, addend.get()));
        }
    }

    /** A lone first frame has nothing but zeros before it: the taps that would meet them are left out. */
    private int front(Tensor x, @Nullable Tensor history) {
        return history == null && x.size(2) == 1 ? 0 : front;
    }

    /** seen: x behind its front. */
    private Tensor convolve(Tensor seen, Tensor x, FrameHistory past) {
        Tensor result = kernels.convolution(seen, taps(seen, x), bias, STRIDE, padding);
        remember(seen, past);
        return result;
    }

    private Tensor taps(Tensor seen, Tensor x) {
        long taps = seen.size(2) - x.size(2) + 1;
        return weight.narrow(2, front + 1 - taps, taps);
    }

    private void remember(Tensor seen, FrameHistory past) {
        if (front > 0) {
            long last = Math.min(front, seen.size(2));
            past.remember(this, seen.narrow(2, seen.size(2) - last, last));
        }
    }
}
