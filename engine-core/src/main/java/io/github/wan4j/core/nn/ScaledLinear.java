package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A linear layer in fp8: weight [out, in] quantised, bias [out] bf16 or null; the result is bf16. */
public final class ScaledLinear implements Linear {
    private static final int MULTIPLE = 16;

    private final Kernels kernels;
    private final Operand weight;
    private final @Nullable Tensor bias;

    public ScaledLinear(Kernels kernels, Operand weight, @Nullable Tensor bias) {
        this.kernels = kernels;
        this.weight = weight;
        this.bias = bias;
    }

    /** Whether fp8 products take a weight of this shape; others stay in bf16. */
    public static boolean takes(long... shape) {
        return shape.length == 2 && shape[0] % MULTIPLE == 0 && shape[1] % MULTIPLE == 0;
    }

    @Override
    public DType takes() {
        return DType.F8_E4M3;
    }

    @Override
    public Tensor forward(Operand x) {
        try (Scope scope = Scope.open("scaledLinear")) {
            return scope.keep(kernels.scaledLinear(quantised(x), weight, bias));
        }
    }

    @Override
    public Operand gelu(Operand x, DType out) {
        try (Scope scope = Scope.open("scaledLinear.gelu")) {
            Tensor y = kernels.scaledLinear(quantised(x), weight, bias);
            Operand activated = out == DType.F8_E4M3 ? kernels.geluQuantise(y) : Operand.of(kernels.gelu(y));
            return activated.keptBy(scope);
        }
    }

    private Operand quantised(Operand x) {
        return x.isQuantised() ? x : kernels.quantise(x.values());
    }
}
