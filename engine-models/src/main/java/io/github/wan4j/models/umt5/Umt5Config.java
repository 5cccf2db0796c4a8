package io.github.wan4j.models.umt5;

import io.github.wan4j.core.weights.Weights;

/** Shape of a UMT5 encoder. Attention's inner width is heads × headDim, which need not be dim. */
public record Umt5Config(int vocabulary, int dim, int heads, int headDim, int ffnDim, int layers, int buckets) {
    static final double EPS = 1e-6;

    /** UMT5-XXL. */
    public static Umt5Config xxl() {
        return new Umt5Config(256_384, 4096, 64, 64, 10_240, 24, 32);
    }

    /** Read off the tensors: no checkpoint of the original release carries a file for it. */
    public static Umt5Config of(Weights weights) {
        long[] table = weights.shape("token_embedding.weight");
        long[] bias = weights.shape("blocks.0.pos_embedding.embedding.weight");
        int heads = Math.toIntExact(bias[1]);
        long inner = weights.shape("blocks.0.attn.q.weight")[0];
        long ffnDim = weights.shape("blocks.0.ffn.fc1.weight")[0];
        int layers = 1;
        while (weights.has("blocks." + layers + ".norm1.weight")) {
            layers++;
        }
        return new Umt5Config(
                Math.toIntExact(table[0]),
                Math.toIntExact(table[1]),
                heads,
                Math.toIntExact(inner / heads),
                Math.toIntExact(ffnDim),
                layers,
                Math.toIntExact(bias[0]));
    }

    int innerDim() {
        return heads * headDim;
    }
}
