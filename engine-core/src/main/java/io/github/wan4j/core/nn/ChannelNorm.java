package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** x / ‖x‖₂ over the channels · √C · gamma; computed in f32, the result in the dtype of x. */
public final class ChannelNorm {
    private final Kernels kernels;
    private final Tensor gamma;

    /** gamma [C, 1, …] f32. */
    public ChannelNorm(Kernels kernels, Tensor gamma) {
        this.kernels = kernels;
        this.gamma = gamma;
    }

    /** [C]; a view in the innermost scope. */
    Tensor gamma() {
        return gamma.reshape(-1);
    }

    /** x [1, C, T, H, W]; the same shape. */
    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open("channelNorm")) {
            return scope.keep(kernels.channelNorm(x, gamma()));
        }
    }

    /** SiLU of {@link #forward} behind {@code front} frames of history: [1, C, front + T, H, W]. */
    Tensor silu(Tensor x, int front, @Nullable Tensor history) {
        try (Scope scope = Scope.open("channelNorm.silu")) {
            return scope.keep(kernels.channelNormSilu(x, gamma(), front, history));
        }
    }
}
