package io.github.wan4j.models.vae;

import io.github.wan4j.core.nn.CausalConv3d;
import io.github.wan4j.core.nn.ChannelNorm;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Tensor;

/** The last layers: conv(SiLU(norm(x))). */
public final class Head implements Stage {
    private final ChannelNorm norm;
    private final CausalConv3d conv;

    public Head(VaeWeights weights, long in, long out) {
        norm = weights.norm("0", in, 1, 1, 1);
        conv = weights.causal("2", in, out);
    }

    @Override
    public Tensor forward(Tensor x, FrameHistory past) {
        return conv.forward(norm, x, past);
    }
}
