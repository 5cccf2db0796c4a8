package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.tensor.DType;
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
    public DType takes() {
        return weight.dtype();
    }

    @Override
    public Tensor forward(Operand x) {
        try (Scope scope = Scope.open("linear")) {
            return scope.keep(kernels.linear(plain(x), weight, bias));
        }
    }

    @Override
    public Operand gelu(Operand x, DType out) {
        try (Scope scope = Scope.open("linear.gelu")) {
            Tensor y = kernels.linearGelu(plain(x), weight, bias);
            return (out == DType.F8_E4M3 ? kernels.quantise(y) : Operand.of(y)).keptBy(scope);
        }
    }

    private Tensor plain(Operand x) {
        if (x.isQuantised()) {
            throw new IllegalArgumentException("x is " + x + " before a weight " + weight + "; it takes " + takes());
        }
        return x.values().to(weight.dtype());
    }
}
