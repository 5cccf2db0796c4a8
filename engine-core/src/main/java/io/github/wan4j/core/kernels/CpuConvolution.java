package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * The layers of the VAEs on a CPU in f32, over [1, C, T, H, W] with the channels last in memory: oneDNN convolves such
 * tensors without reordering them, and frames are blocks, so that history and padding in time are written where the
 * convolution reads them. Chunks whose tensors fit the cache take half the time of larger ones.
 */
final class CpuConvolution {
    private static final long[] UNIT_STRIDE = {1, 1, 1};
    private static final double LEAST_NORM = 1e-12;

    private CpuConvolution() {}

    /** See {@link Kernels#convolution}. */
    static Tensor convolution(Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding) {
        return Functional.oneDnnConvolution(x, weight, bias, stride, new long[] {0, padding[0], padding[1]});
    }

    /** See {@link Kernels#upsampleConvolution}. */
    static Tensor upsampleConvolution(Tensor x, Tensor weight, Tensor bias) {
        try (Scope scope = Scope.open("kernels.upsample")) {
            Tensor doubled = Functional.repeatPixels(x, 2);
            return scope.keep(convolution(doubled, weight, bias, UNIT_STRIDE, new long[] {1, 1}));
        }
    }

    /** See {@link Kernels#channelNormSilu}: four passes over x, the last three within the cache. */
    static Tensor channelNormSilu(Tensor x, Tensor gamma, int front, @Nullable Tensor history) {
        try (Scope scope = Scope.open("kernels.channelNormSilu")) {
            Tensor result = room(x, front, history);
            Tensor behind = result.narrow(2, front, x.size(2));
            normalise(behind, x, gamma);
            Functional.siluInPlace(behind);
            return scope.keep(result);
        }
    }

    /** See {@link Kernels#channelNorm}. */
    static Tensor channelNorm(Tensor x, Tensor gamma) {
        try (Scope scope = Scope.open("kernels.channelNorm")) {
            Tensor result = room(x, 0, null);
            normalise(result, x, gamma);
            return scope.keep(result);
        }
    }

    /** See {@link Kernels#behind}. */
    static Tensor behind(Tensor x, int front, @Nullable Tensor history) {
        try (Scope scope = Scope.open("kernels.behind")) {
            Tensor result = room(x, front, history);
            result.narrow(2, front, x.size(2)).copyFrom(x);
            return scope.keep(result);
        }
    }

    private static void normalise(Tensor result, Tensor x, Tensor gamma) {
        long channels = x.size(1);
        Tensor norm = Functional.norm(x, 1).clamp(LEAST_NORM, Double.POSITIVE_INFINITY);
        Functional.divInto(result, x, norm);
        Functional.scaleInPlace(result, gamma.mul(Math.sqrt((double) channels)).reshape(1, channels, 1, 1, 1));
    }

    /** [1, C, front + T, H, W] whose first frames are the last ones of history, the earliest zeros; the rest is unset. */
    private static Tensor room(Tensor x, int front, @Nullable Tensor history) {
        Tensor room = Tensors.emptyChannelsLast(
                x.dtype(), Device.CPU, x.size(0), x.size(1), front + x.size(2), x.size(3), x.size(4));
        long past = history == null ? 0 : Math.min(front, history.size(2));
        if (past < front) {
            room.narrow(2, 0, front - past).copyFrom(Tensors.zeros(x.dtype(), Device.CPU, 1));
        }
        if (history != null && past > 0) {
            room.narrow(2, front - past, past).copyFrom(history.narrow(2, history.size(2) - past, past));
        }
        return room;
    }
}
