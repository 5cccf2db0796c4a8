package io.github.wan4j.models.umt5;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.nn.Embedding;
import io.github.wan4j.core.nn.RmsNorm;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Blocks;
import io.github.wan4j.core.weights.Weights;

/** The encoder half of UMT5. Prompts are not padded: only keys would be masked, so nothing would change. */
public final class Umt5Encoder {
    private final Umt5Config config;
    private final DType products;
    private final Embedding tokenEmbedding;
    private final Device device;
    private final Blocks<Umt5Block> blocks;
    private final Replays replays;
    private final RmsNorm norm;

    public Umt5Encoder(Umt5Config config, Precision precision, Kernels kernels, Weights weights) {
        this.config = config;
        products = precision.products();
        // the table is far larger than what a prompt takes of it (XXL: 2 GB in bf16), so it stays in the file's dtype
        String table = "token_embedding.weight";
        Tensor vectors = weights.get(table, weights.dtype(table), config.vocabulary(), config.dim());
        tokenEmbedding = new Embedding(vectors);
        device = weights.device();
        blocks = weights.blocks("blocks", config.layers(), block -> new Umt5Block(config, precision, kernels, block));
        replays = weights.replays("text encoder");
        norm = Umt5Block.norm("norm", config, precision, kernels, weights);
    }

    public Umt5Config config() {
        return config;
    }

    /** Token ids with their end mark; one vector for each, [n, D]. {@code check} runs before each layer and may throw. */
    public Tensor forward(long[] ids, Runnable check) {
        for (long id : ids) {
            if (id < 0 || id >= config.vocabulary()) {
                throw new IllegalArgumentException(
                        "token id " + id + " is outside the vocabulary of " + config.vocabulary());
            }
        }
        try (Scope scope = Scope.open("umt5")) {
            Tensor indices = Tensors.of(ids, ids.length).to(device, DType.I64);
            Tensor buckets = Tensors.of(RelativeBuckets.byDistance(ids.length, config.buckets()), 2L * ids.length - 1)
                    .to(device, DType.I64);
            Tensor x = tokenEmbedding.forward(indices).to(products).reshape(1, ids.length, config.dim());
            check.run();
            Tensor y = replays.run("layers", inputs -> layers(inputs.get(0), inputs.get(1), check), x, buckets);
            return scope.keep(y.reshape(ids.length, config.dim()));
        }
    }

    /** x [1, L, D], buckets [2L − 1] i64; [1, L, D], normalised. */
    private Tensor layers(Tensor x, Tensor buckets, Runnable check) {
        try (Scope scope = Scope.open("umt5.layers")) {
            Tensor current = x;
            for (int i = 0; i < blocks.count(); i++) {
                if (i > 0) {
                    check.run();
                }
                current = blocks.get(i).forward(current, buckets);
            }
            return scope.keep(norm.forward(current));
        }
    }
}
