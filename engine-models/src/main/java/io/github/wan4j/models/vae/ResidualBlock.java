package io.github.wan4j.models.vae;

import io.github.wan4j.core.nn.CausalConv3d;
import io.github.wan4j.core.nn.ChannelNorm;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** x + conv(SiLU(norm(conv(SiLU(norm(x)))))); where the width changes, x passes a 1×1×1 convolution. */
public final class ResidualBlock implements Stage {
    private final ChannelNorm norm1;
    private final CausalConv3d conv1;
    private final ChannelNorm norm2;
    private final CausalConv3d conv2;
    private final @Nullable CausalConv3d shortcut;

    public ResidualBlock(VaeWeights weights, long in, long out) {
        norm1 = weights.norm("residual.0", in, 1, 1, 1);
        conv1 = weights.causal("residual.2", in, out);
        norm2 = weights.norm("residual.3", out, 1, 1, 1);
        conv2 = weights.causal("residual.6", out, out);
        shortcut = in == out ? null : weights.pointwise("shortcut", in, out);
    }

    /** x [1, in, T, H, W]; [1, out, T, H, W]. */
    @Override
    public Tensor forward(Tensor x, FrameHistory past) {
        try (Scope scope = Scope.open("vae.residual")) {
            return scope.keep(conv1.forward(
                    norm1, x, norm2, conv2, () -> shortcut == null ? x : shortcut.forward(x, past), past));
        }
    }
}
