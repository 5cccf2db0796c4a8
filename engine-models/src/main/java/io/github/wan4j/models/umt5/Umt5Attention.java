package io.github.wan4j.models.umt5;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.Embedding;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import java.util.List;

/** Self-attention with a bias by distance, of this layer's own; scores are not divided by √d. */
final class Umt5Attention {
    private static final double UNSCALED = 1;

    private final Kernels kernels;
    private final Umt5Config config;
    private final Projections qkv;
    private final Linear o;
    private final Embedding positions;

    Umt5Attention(Umt5Config config, Precision precision, Kernels kernels, Weights block) {
        this.kernels = kernels;
        this.config = config;
        Weights weights = block.at("attn");
        long dim = config.dim();
        long inner = config.innerDim();
        qkv = weights.projectionsWithoutBias(precision.products(), dim, inner, "q", "k", "v");
        o = weights.linearWithoutBias("o", inner, dim, precision.products());
        positions = new Embedding(
                block.get("pos_embedding.embedding.weight", precision.products(), config.buckets(), config.heads()));
    }

    /** x [1, L, D], buckets [2L − 1] i64, by distance; [1, L, D]. */
    Tensor forward(Tensor x, Tensor buckets) {
        try (Scope scope = Scope.open("umt5.attn")) {
            List<Tensor> projected = qkv.forward(x);
            Tensor mixed = kernels.attention(
                    heads(projected.get(0)),
                    heads(projected.get(1)),
                    heads(projected.get(2)),
                    UNSCALED,
                    positions.forward(buckets).transpose(0, 1).contiguous());
            return scope.keep(o.forward(mixed.reshape(1, x.size(1), config.innerDim())));
        }
    }

    private Tensor heads(Tensor x) {
        return x.reshape(1, x.size(1), config.heads(), config.headDim());
    }
}
