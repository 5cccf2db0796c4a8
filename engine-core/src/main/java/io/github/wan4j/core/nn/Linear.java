package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;

/** {@code y = x Wᵀ + b}; the weight's precision is the implementation's business. Made by a weight store. */
public interface Linear {
    /** The dtype of the operand that costs nothing more: e4m3 by a layer that would else have to quantise its input. */
    DType takes();

    /** x [.., in], quantised only where that is what it {@link #takes}; [.., out] in the layer's dtype. */
    Tensor forward(Operand x);

    /** GELU (tanh form) of {@link #forward}, as a layer takes it that {@link #takes} {@code out}. */
    Operand gelu(Operand x, DType out);

    /** x [.., in] of any floating dtype; [.., out] in the layer's dtype. */
    default Tensor forward(Tensor x) {
        return forward(Operand.of(x));
    }
}
