package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Kernels.Added;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;

/** One block: self-attention, cross-attention to the prompt, feed-forward, each added to the residual stream. */
final class DitBlock {
    private final Kernels kernels;
    private final double eps;
    private final Tensor modulation;
    private final SelfAttention selfAttn;
    private final Norm norm3;
    private final CrossAttention crossAttn;
    private final FeedForward ffn;

    /** {@code inner} blocks may compute less exactly where the device was asked to. */
    DitBlock(WanConfig config, Precision precision, Kernels kernels, boolean inner, Weights weights) {
        this.kernels = kernels;
        eps = config.eps();
        long dim = config.dim();
        modulation = weights.get("modulation", DType.F32, 1, 6, dim);
        selfAttn = new SelfAttention(config, precision, kernels, inner, weights.at("self_attn"));
        norm3 = new Norm.Affine(
                weights.get("norm3.weight", DType.F32, dim), weights.get("norm3.bias", DType.F32, dim), eps);
        crossAttn = new CrossAttention(config, precision, kernels, weights.at("cross_attn"));
        ffn = new FeedForward(config, precision, weights.at("ffn"));
    }

    /**
     * Self-attention of x [B, L, D], f32 but in the first block, which itself is no longer needed then: the sum, f32, and its
     * norm for the cross-attention.
     */
    Added attend(Tensor x, TimeRows time, Rotation rotation) {
        try (Scope scope = Scope.open("dit.block.attend")) {
            Modulation attention = Modulation.of(vectors(time), 0, time);
            Tensor y = selfAttn.forward(kernels.norm(x, attention.norm(eps), selfAttn.takes()), rotation);
            Added self = kernels.gatedAddNorm(x, y, attention.gate(), norm3, crossAttn.takes());
            return new Added(scope.keep(self.x()), self.normed().keptBy(scope));
        }
    }

    /** What follows, to the new x, f32; frees what it was given and its own as soon as it can: at 720p each of them is a gigabyte. */
    Tensor finish(Added self, TimeRows time, PromptKeys.Layer text) {
        try (Scope scope = Scope.open("dit.block.finish")) {
            Modulation feedForward = Modulation.of(vectors(time), 3, time);
            Tensor y = crossAttn.forward(self.normed(), text);
            self.normed().close();
            Added cross = kernels.gatedAddNorm(self.x(), y, null, feedForward.norm(eps), ffn.takes());
            self.x().close();
            y.close();
            Tensor z = ffn.forward(cross.normed());
            cross.normed().close();
            return scope.keep(kernels.gatedAdd(cross.x(), z, feedForward.gate()));
        }
    }

    private Tensor vectors(TimeRows time) {
        return modulation.transpose(0, 1).add(time.e0());
    }
}
