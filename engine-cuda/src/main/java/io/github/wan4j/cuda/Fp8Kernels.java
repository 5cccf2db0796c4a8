package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Operator;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import org.jspecify.annotations.Nullable;

/** Products of e4m3, and the pass before those whose input no other pass has quantised: null where no kernel takes it. */
final class Fp8Kernels {
    private static final Operator SCALED_MM = Operator.find("aten::_scaled_mm", "");

    /** Sums of a product in fewer bits than f32: an error far below that of the operands, at a tenth of the time. */
    private static final boolean FAST_SUMS = true;

    private final OwnKernels library;

    Fp8Kernels(OwnKernels library) {
        this.library = library;
    }

    /** An operand's memory for x of this shape: values, and the scales of its rows. */
    static Operand empty(Tensor x) {
        long[] rows = x.shape();
        rows[rows.length - 1] = 1;
        return new Operand(
                Tensors.empty(DType.F8_E4M3, x.device(), x.shape()), Tensors.empty(DType.F32, x.device(), rows));
    }

    /** x [.., D], whose rows may lie apart; of GELU(x) if {@code gelu}. */
    @Nullable
    Operand quantise(Tensor x, boolean gelu) {
        long dim = x.size(-1);
        long stride = Memory.rowStride(x);
        RowShape shape = RowShape.wide(dim, x.dtype() != DType.BF16);
        if (stride < 0 || shape == null) {
            return null;
        }
        Launch launch = library.get(
                KernelInstance.of(
                        "quantise/quantise.cu",
                        "wan4j_quantise",
                        x.dtype(),
                        dim,
                        shape.elements(),
                        shape.warps(),
                        gelu),
                4,
                check -> {
                    Tensor sample = check.sample(x.dtype(), 2, 5, dim);
                    Operand own = KernelTrial.made(quantise(sample, gelu));
                    check.same(
                            own,
                            gelu
                                    ? check.control().geluQuantise(sample)
                                    : check.control().quantise(sample));
                });
        if (launch == null) {
            return null;
        }
        Operand result = empty(x);
        launch.pointer(Memory.address(x)).pointer(Memory.address(result.values()));
        launch.pointer(Memory.address(result.rowScales())).i32(stride);
        launch.run(x.count() / dim, shape.threads());
        return result;
    }

    /** x [.., in], weight [out, in]; [.., out] bf16. */
    static Tensor linear(Operand x, Operand weight, @Nullable Tensor bias) {
        long[] shape = x.shape();
        shape[shape.length - 1] = weight.values().size(0);
        try (Scope scope = Scope.open("kernels.scaledLinear")) {
            Tensor matrix = x.values().reshape(-1, x.values().size(-1));
            Tensor rows = x.rowScales().reshape(-1, 1);
            Tensor transposed = weight.values().transpose(0, 1);
            Tensor columns = weight.rowScales().reshape(1, -1);
            return scope.keep(SCALED_MM
                    .call(matrix, transposed, rows, columns, bias, null, DType.BF16, FAST_SUMS)
                    .reshape(shape));
        }
    }
}
