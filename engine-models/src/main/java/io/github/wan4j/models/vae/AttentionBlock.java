package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.ChannelNorm;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.List;

/** x + proj(attention(norm(x))): each frame by itself, one head over its pixels. */
final class AttentionBlock implements Stage {
    private final Kernels kernels;
    private final long channels;
    private final ChannelNorm norm;
    private final Tensor qkvWeight;
    private final Tensor qkvBias;
    private final Tensor projWeight;
    private final Tensor projBias;

    AttentionBlock(VaeWeights weights, long channels) {
        this.channels = channels;
        kernels = weights.kernels();
        norm = weights.norm("norm", channels, 1, 1);
        qkvWeight = weights.kernel("to_qkv", channels, 3 * channels, 1);
        qkvBias = weights.bias("to_qkv", 3 * channels);
        projWeight = weights.kernel("proj", channels, channels, 1);
        projBias = weights.bias("proj", channels);
    }

    /** x [1, C, T, H, W]; the same shape. */
    @Override
    public Tensor forward(Tensor x, FrameHistory past) {
        long frames = x.size(2);
        long height = x.size(3);
        long width = x.size(4);
        try (Scope scope = Scope.open("vae.attention")) {
            Tensor tokens = norm.forward(x).permute(0, 2, 3, 4, 1).reshape(frames, height * width, channels);
            List<Tensor> qkv = linear(tokens, qkvWeight, qkvBias).unsqueeze(2).chunk(3, -1);
            Tensor mixed =
                    kernels.attention(qkv.get(0), qkv.get(1), qkv.get(2), 1 / Math.sqrt((double) channels), null);
            Tensor image = linear(mixed.squeeze(2), projWeight, projBias)
                    .reshape(1, frames, height, width, channels)
                    .permute(0, 4, 1, 2, 3);
            return scope.keep(x.add(image));
        }
    }

    /** A 1×1 convolution, as the product that it is: tokens [T, h·w, C], weight [O, C, 1, 1]. */
    private Tensor linear(Tensor tokens, Tensor weight, Tensor bias) {
        return kernels.linear(tokens, weight.reshape(-1, channels), bias);
    }
}
