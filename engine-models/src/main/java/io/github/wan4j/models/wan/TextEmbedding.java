package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Weights;
import java.util.Arrays;

/**
 * Encoded prompts to the network's width. Prompts are filled up to 512 rows of zeros <em>before</em> the layers, whose biases
 * make the filling a vector that cross-attention does attend to, as it was trained. All these rows are equal, and so are their
 * keys and values in every block: those that no prompt needs are left out, and the last one counts for them.
 */
final class TextEmbedding {
    /** Numbers of rows that products and attention like. */
    private static final int STEP = 16;

    private final int length;
    private final int textDim;
    private final Linear embedding0;
    private final Linear embedding2;

    TextEmbedding(WanConfig config, Precision precision, Weights weights) {
        length = config.textLength();
        textDim = config.textDim();
        embedding0 = weights.linear("0", textDim, config.dim(), precision.products());
        embedding2 = weights.linear("2", config.dim(), config.dim(), precision.products());
    }

    /** Encoded prompts, each [n, textDim]; [B, S, D] of at most 512 rows, the last of which stands for all behind it. */
    Tensor forward(Tensor... prompts) {
        try (Scope scope = Scope.open("dit.text")) {
            long longest = Arrays.stream(prompts)
                    .mapToLong(prompt -> required(prompt).size(0))
                    .max()
                    .orElseThrow();
            long rows = Math.min(length, (longest + STEP) / STEP * STEP); // one at least is empty, unless there are 512
            Tensor[] filled = Arrays.stream(prompts)
                    .map(prompt -> prompt.pad(0, 0, 0, rows - prompt.size(0)))
                    .toArray(Tensor[]::new);
            return scope.keep(
                    embedding2.forward(embedding0.gelu(Operand.of(Tensors.stack(0, filled)), embedding2.takes())));
        }
    }

    private Tensor required(Tensor prompt) {
        if (prompt.rank() != 2 || prompt.size(0) > length || prompt.size(1) != textDim) {
            throw new IllegalArgumentException(
                    "prompt is " + prompt + ", expected [at most " + length + ", " + textDim + "]");
        }
        return prompt;
    }
}
