package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;

/** Two linear layers with a GELU between them. */
final class FeedForward {
    private final Linear up;
    private final Linear down;

    FeedForward(WanConfig config, Precision precision, Weights weights) {
        up = weights.linear("0", config.dim(), config.ffnDim(), precision.weights());
        down = weights.linear("2", config.ffnDim(), config.dim(), precision.weights());
    }

    /** The dtype of its input. */
    DType takes() {
        return up.takes();
    }

    /** x [B, L, D], which is freed; [B, L, D]. */
    Tensor forward(Operand x) {
        try (Scope scope = Scope.open("dit.ffn")) {
            Operand hidden = up.gelu(x, down.takes());
            x.close();
            return scope.keep(down.forward(hidden));
        }
    }
}
