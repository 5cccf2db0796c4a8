package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.List;

/** {@link Projections} as one linear layer whose weight is the weights of all, one below the other. */
public final class DenseProjections implements Projections {
    private final Linear joined;
    private final int count;

    public DenseProjections(Linear joined, int count) {
        this.joined = joined;
        this.count = count;
    }

    @Override
    public DType takes() {
        return joined.takes();
    }

    @Override
    public List<Tensor> forward(Operand x) {
        try (Scope scope = Scope.open("projections")) {
            List<Tensor> parts = joined.forward(x).chunk(count, -1);
            parts.forEach(scope::keep);
            return parts;
        }
    }
}
