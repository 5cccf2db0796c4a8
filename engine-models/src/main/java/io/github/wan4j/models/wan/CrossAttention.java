package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;

/** Every token attends to the rows of the prompt, whose keys and values a {@link PromptProjection} makes. */
final class CrossAttention {
    private final Kernels kernels;
    private final WanConfig config;
    private final Linear q;
    private final Linear o;
    private final Tensor normQ;

    CrossAttention(WanConfig config, Precision precision, Kernels kernels, Weights weights) {
        this.kernels = kernels;
        this.config = config;
        long dim = config.dim();
        q = weights.linear("q", dim, dim, precision.weights());
        o = weights.linear("o", dim, dim, precision.weights());
        normQ = weights.get("norm_q.weight", DType.F32, dim);
    }

    /** The dtype of its input. */
    DType takes() {
        return q.takes();
    }

    /** x [B, L, D]; [B, L, D]. */
    Tensor forward(Operand x, Keys text) {
        try (Scope scope = Scope.open("dit.cross_attn")) {
            Tensor queries = q.forward(x);
            Tensor mixed = kernels.crossAttention(queries, normQ, config.eps(), text, config.attentionScale());
            queries.close();
            return scope.keep(o.forward(mixed.reshape(x.shape())));
        }
    }
}
