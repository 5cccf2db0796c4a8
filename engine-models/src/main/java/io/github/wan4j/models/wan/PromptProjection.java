package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.nn.RmsNorm;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import java.util.List;

/**
 * The side of a block's {@link CrossAttention} that sees the prompt. It runs once for each prompt and the rest of the block in
 * every step, so its weights may come and go.
 */
final class PromptProjection {
    private final WanConfig config;
    private final Projections kv;
    private final RmsNorm normK;

    PromptProjection(WanConfig config, Precision precision, Kernels kernels, Weights weights) {
        this.config = config;
        long dim = config.dim();
        kv = weights.projections(
                precision.products(), dim, dim, "k", "v"); // once a prompt: fp8 would cost quality for nothing
        normK = new RmsNorm(kernels, weights.get("norm_k.weight", DType.F32, dim), config.eps());
    }

    /** text [B, S, D], its last row in place of all up to 512; its keys and values [B, S, H, d], which depend on nothing else. */
    Keys keys(Tensor text) {
        try (Scope scope = Scope.open("dit.cross_attn.keys")) {
            List<Tensor> projected = kv.forward(text);
            Tensor k = config.heads(normK.forward(projected.get(0)));
            Tensor v = config.heads(projected.get(1)).contiguous(); // a view would keep the whole product alive
            return new Keys(scope.keep(k), scope.keep(v), config.textLength() - text.size(1) + 1);
        }
    }
}
