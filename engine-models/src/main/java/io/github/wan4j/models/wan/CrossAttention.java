package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.nn.RmsNorm;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import java.util.List;

/** Every token attends to all 512 rows of the prompt. */
final class CrossAttention {
    private final Kernels kernels;
    private final WanConfig config;
    private final Linear q;
    private final Projections kv;
    private final Linear o;
    private final RmsNorm normQ;
    private final RmsNorm normK;

    CrossAttention(WanConfig config, Precision precision, Kernels kernels, Weights weights) {
        this.kernels = kernels;
        this.config = config;
        long dim = config.dim();
        q = weights.linear("q", dim, dim, precision.weights());
        kv = weights.projections(precision.weights(), dim, dim, "k", "v");
        o = weights.linear("o", dim, dim, precision.weights());
        normQ = new RmsNorm(kernels, weights.get("norm_q.weight", DType.F32, dim), config.eps());
        normK = new RmsNorm(kernels, weights.get("norm_k.weight", DType.F32, dim), config.eps());
    }

    /** The dtype of its input. */
    DType takes() {
        return q.takes();
    }

    /** text [B, S, D]; its keys and values [B, S, H, d], which depend on nothing else. */
    PromptKeys.Layer keys(Tensor text) {
        try (Scope scope = Scope.open("dit.cross_attn.keys")) {
            List<Tensor> projected = kv.forward(text);
            Tensor k = heads(normK.forward(projected.get(0)));
            Tensor v = heads(projected.get(1)).contiguous(); // a view would keep the whole product alive
            return new PromptKeys.Layer(scope.keep(k), scope.keep(v));
        }
    }

    /** x [B, L, D]; [B, L, D]. */
    Tensor forward(Operand x, PromptKeys.Layer text) {
        try (Scope scope = Scope.open("dit.cross_attn")) {
            Tensor queries = heads(normQ.forward(q.forward(x)));
            Tensor mixed = kernels.attention(queries, text.k(), text.v(), config.attentionScale(), null);
            return scope.keep(o.forward(mixed.reshape(x.shape())));
        }
    }

    private Tensor heads(Tensor x) {
        return x.reshape(x.size(0), x.size(1), config.heads(), config.headDim());
    }
}
