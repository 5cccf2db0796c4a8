package io.github.wan4j.core.nn;

import io.github.wan4j.core.tensor.Tensor;

/** {@code y = x Wᵀ + b}; the weight's precision is the implementation's business. Made by a weight store. */
public interface Linear {
    /** x [.., in] of any floating dtype; [.., out] in the layer's dtype. */
    Tensor forward(Tensor x);

    /** GELU (tanh form) of {@link #forward}. */
    Tensor gelu(Tensor x);
}
