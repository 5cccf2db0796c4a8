package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import java.util.List;

/** Every token attends to every token of the video; queries and keys are normalised over all heads and carry positions. */
final class SelfAttention {
    private final Kernels kernels;
    private final WanConfig config;
    private final boolean inner;
    private final Projections qk;
    private final Linear v;
    private final Linear o;
    private final Tensor normQ;
    private final Tensor normK;

    SelfAttention(WanConfig config, Precision precision, Kernels kernels, boolean inner, Weights weights) {
        this.kernels = kernels;
        this.inner = inner;
        this.config = config;
        long dim = config.dim();
        // v by itself: as a part of one product it would keep the unrotated q and k alive during attention
        qk = weights.projections(precision.weights(), dim, dim, "q", "k");
        v = weights.linear("v", dim, dim, precision.weights());
        o = weights.linear("o", dim, dim, precision.weights());
        normQ = weights.get("norm_q.weight", DType.F32, dim);
        normK = weights.get("norm_k.weight", DType.F32, dim);
    }

    /** The dtype of its input. */
    DType takes() {
        return qk.takes();
    }

    /** x [B, L, D], which is freed once its products are made; [B, L, D]. */
    Tensor forward(Operand x, Rotation rotation) {
        long[] shape = x.shape();
        try (Scope scope = Scope.open("dit.self_attn")) {
            List<Tensor> projected = qk.forward(x);
            Kernels.QueryKey rotated = kernels.rmsRope(
                    projected.get(0), projected.get(1), normQ, normK, config.eps(), rotation, config.heads());
            projected.forEach(Tensor::close);
            Tensor values = v.forward(x).reshape(shape[0], shape[1], config.heads(), config.headDim());
            x.close();
            Tensor mixed = inner
                    ? kernels.innerAttention(rotated.q(), rotated.k(), values, config.attentionScale())
                    : kernels.attention(rotated.q(), rotated.k(), values, config.attentionScale(), null);
            return scope.keep(o.forward(mixed.reshape(shape)));
        }
    }
}
