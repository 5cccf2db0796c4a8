package io.github.wan4j.models.umt5;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import java.util.List;

/** fc2(fc1(x) · GELU(gate(x))). */
final class Umt5FeedForward {
    private final Kernels kernels;
    private final Projections gateAndUp;
    private final Linear fc2;

    Umt5FeedForward(Umt5Config config, Precision precision, Kernels kernels, Weights weights) {
        this.kernels = kernels;
        gateAndUp =
                weights.projectionsWithoutBias(precision.products(), config.dim(), config.ffnDim(), "gate.0", "fc1");
        fc2 = weights.linearWithoutBias("fc2", config.ffnDim(), config.dim(), precision.products());
    }

    /** x [1, L, D]; [1, L, D]. */
    Tensor forward(Tensor x) {
        try (Scope scope = Scope.open("umt5.ffn")) {
            List<Tensor> projected = gateAndUp.forward(x);
            return scope.keep(fc2.forward(kernels.geluGate(projected.get(0), projected.get(1))));
        }
    }
}
