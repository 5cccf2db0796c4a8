package io.github.wan4j.core.weights;

import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import java.util.List;

/** In the place of layers whose weights do not fit, until the end of the load, which will fail. */
final class StandIn {
    private StandIn() {}

    static Linear linear(String name) {
        return new Linear() {
            @Override
            public DType takes() {
                throw unusable(name);
            }

            @Override
            public Tensor forward(Operand x) {
                throw unusable(name);
            }

            @Override
            public Operand gelu(Operand x, DType out) {
                throw unusable(name);
            }
        };
    }

    static Projections projections(String name) {
        return new Projections() {
            @Override
            public DType takes() {
                throw unusable(name);
            }

            @Override
            public List<Tensor> forward(Operand x) {
                throw unusable(name);
            }
        };
    }

    private static IllegalStateException unusable(String name) {
        return new IllegalStateException("the weights of '" + name + "' did not load; requireAllTaken() says why");
    }
}
