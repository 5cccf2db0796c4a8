package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Weights;
import java.util.List;

/** Every token attends to every token of the video; queries and keys are normalised over all heads and carry positions. */
final class SelfAttention {
    private final Kernels kernels;
    private final WanConfig config;
    private final boolean inner;
    private final Linear q;
    private final Projections kv;
    private final Linear o;
    private final Tensor normQ;
    private final Tensor normK;

    SelfAttention(WanConfig config, Precision precision, Kernels kernels, boolean inner, Weights weights) {
        this.kernels = kernels;
        this.inner = inner;
        this.config = config;
        long dim = config.dim();
        q = weights.linear("q", dim, dim, precision.weights());
        kv = weights.projections(precision.weights(), dim, dim, "k", "v");
        o = weights.linear("o", dim, dim, precision.weights());
        normQ = weights.get("norm_q.weight", DType.F32, dim);
        normK = weights.get("norm_k.weight", DType.F32, dim);
    }

    /** The dtype of its input. */
    DType takes() {
        return kv.takes();
    }

    /** Keys with their positions, and values, [B, L, H, d]; the last {@code copies} of them do not count. */
    record KeyValue(Tensor k, Tensor v, long copies) implements AutoCloseable {
        /** Memory for those of a whole sequence, like these of a part of it. */
        KeyValue room(long tokens, long allCopies) {
            return new KeyValue(
                    Tensors.empty(k.dtype(), k.device(), k.size(0), tokens, k.size(2), k.size(3)),
                    Tensors.empty(v.dtype(), v.device(), v.size(0), tokens, v.size(2), v.size(3)),
                    allCopies);
        }

        /** Copies those of a part to their place. */
        void put(Part part, KeyValue own) {
            k.narrow(1, part.from(), part.count()).copyFrom(own.k);
            v.narrow(1, part.from(), part.count()).copyFrom(own.v);
        }

        /** Other handles of the same memory. */
        KeyValue alias() {
            return new KeyValue(k.narrow(1, 0, k.size(1)), v.narrow(1, 0, v.size(1)), copies);
        }

        KeyValue keptBy(Scope scope) {
            return new KeyValue(scope.keep(k), scope.keep(v), copies);
        }

        @Override
        public void close() {
            k.close();
            v.close();
        }
    }

    /** Those of the tokens x [B, L, D]. */
    KeyValue keyValue(Operand x, Part part) {
        try (Scope scope = Scope.open("dit.self_attn.keys")) {
            List<Tensor> projected = kv.forward(x);
            Tensor k = kernels.rmsRope(projected.get(0), normK, config.eps(), part.rotation(), config.heads());
            return new KeyValue(k, heads(projected.get(1)), part.copies()).keptBy(scope);
        }
    }

    /** x [B, L, D] of a part, which is freed once its queries are made; [B, L, D]. The last part frees keys and values. */
    Tensor forward(Operand x, Part part, KeyValue all) {
        long[] shape = x.shape();
        try (Scope scope = Scope.open("dit.self_attn")) {
            Tensor raw = q.forward(x);
            x.close();
            Tensor queries = kernels.rmsRope(raw, normQ, config.eps(), part.rotation(), config.heads());
            raw.close();
            boolean last = part.from() + part.count() == all.k().size(1);
            Tensor mixed = mixed(queries, last ? all : all.alias());
            return scope.keep(o.forward(mixed.reshape(shape)));
        }
    }

    /** Frees what it is given. */
    private Tensor mixed(Tensor queries, KeyValue all) {
        double scale = config.attentionScale();
        Tensor mixed = inner
                ? kernels.innerAttention(queries, all.k(), all.v(), scale, all.copies())
                : kernels.attention(queries, all.k(), all.v(), scale, all.copies());
        queries.close();
        all.close();
        return mixed;
    }

    private Tensor heads(Tensor x) {
        return x.reshape(x.size(0), x.size(1), config.heads(), config.headDim());
    }
}
