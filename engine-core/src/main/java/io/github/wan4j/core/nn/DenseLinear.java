package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A linear layer that computes in the dtype in which its weight is held: weight [out, in], bias [out] or null. */
public final class DenseLinear implements Linear {
    private final Kernels kernels;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    public DenseLinear(Kernels kernels, Tensor weight, @Nullable Tensor bias) {
        this.kernels = kernels;
        this.weight = weight;
        this.bias = bias;
    }

    @Override
    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open("linear")) {
            return scope.keep(kernels.linear(x.to(weight.dtype()), weight, bias));
        }
    }

    @Override
    public Tensor gelu(Tensor x) {
        try (Scope scope = Scope.open("linear.gelu")) {
            return scope.keep(kernels.linearGelu(x.to(weight.dtype()), weight, bias));
        }
    }
}
