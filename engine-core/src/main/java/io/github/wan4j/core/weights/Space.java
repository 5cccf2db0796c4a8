package io.github.wan4j.core.weights;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;

/** Memory for weights, and the way into it. */
interface Space {
    /** Uninitialised; belongs to the space. */
    Tensor allocate(DType dtype, long... shape);

    /** {@code count} rows from {@code first} of a tensor that was allocated here; belongs to the space as well. */
    Tensor rows(Tensor tensor, long first, long count);

    /** Sees to it that the tensor is there whenever it is computed with. */
    void bring(Delivery delivery);
}
