package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import java.util.List;

/** Several linear layers over one input, such as q, k and v: computed as one product where that is faster. */
public interface Projections {
    /** As {@link Linear#takes}. */
    DType takes();

    /** x [.., in]; one [.., out] for each layer, possibly views of one product (rows apart, last dimension contiguous). */
    List<Tensor> forward(Operand x);

    /** The same of plain values. */
    default List<Tensor> forward(Tensor x) {
        return forward(Operand.of(x));
    }
}
