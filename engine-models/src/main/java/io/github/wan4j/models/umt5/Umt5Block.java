package io.github.wan4j.models.umt5;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.RmsNorm;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;

/** One layer: attention and feed-forward, each normalised before and added after, in the dtype of the products. */
final class Umt5Block {
    private final RmsNorm norm1;
    private final Umt5Attention attn;
    private final RmsNorm norm2;
    private final Umt5FeedForward ffn;

    Umt5Block(Umt5Config config, Precision precision, Kernels kernels, Weights weights) {
        norm1 = norm("norm1", config, precision, kernels, weights);
        attn = new Umt5Attention(config, precision, kernels, weights);
        norm2 = norm("norm2", config, precision, kernels, weights);
        ffn = new Umt5FeedForward(config, precision, kernels, weights.at("ffn"));
    }

    static RmsNorm norm(String name, Umt5Config config, Precision precision, Kernels kernels, Weights weights) {
        Tensor weight = weights.get(name + ".weight", precision.products(), config.dim());
        return new RmsNorm(kernels, weight, Umt5Config.EPS);
    }

    /** x [1, L, D], buckets [2L − 1] i64; the new x. */
    Tensor forward(Tensor x, Tensor buckets) {
        try (Scope scope = Scope.open("umt5.block")) {
            Tensor attended = x.add(attn.forward(norm1.forward(x), buckets));
            return scope.keep(attended.add(ffn.forward(norm2.forward(attended))));
        }
    }
}
