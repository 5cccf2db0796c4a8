package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Operator;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.TensorException;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import io.github.wan4j.cuda.load.CudaException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Products of e4m3, and the pass before those whose input no other pass has quantised: null where no kernel takes it. */
final class Fp8Kernels {
    private static final Operator SCALED_MM = Operator.find("aten::_scaled_mm", "");

    /** Sums of a product in fewer bits than f32: an error far below that of the operands, at a tenth of the time. */
    private static final boolean FAST_SUMS = true;

    private static final Logger LOG = System.getLogger(Fp8Kernels.class.getName());

    private final OwnKernels library;
    private final SelfCheck check;
    private boolean tried;
    private @Nullable String switchedOff;

    Fp8Kernels(OwnKernels library, SelfCheck check) {
        this.library = library;
        this.check = check;
    }

    /** Why products are computed by plain operators, if they are. */
    Optional<String> switchedOff() {
        return Optional.ofNullable(switchedOff);
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

    /** x [.., in], weight [out, in]; [.., out] bf16, or null if this GPU's product failed its trial. */
    @Nullable
    Tensor linear(Operand x, Operand weight, @Nullable Tensor bias) {
        if (!tried) {
            tried = true;
            tryProduct();
        }
        return switchedOff == null ? product(x, weight, bias) : null;
    }

    private void tryProduct() {
        try (Scope scope = Scope.open("kernels.check")) {
            Kernels control = check.control();
            Operand x = control.quantise(check.sample(DType.BF16, 2, 24, 256));
            Operand weight = control.quantise(check.sample(DType.BF16, 64, 256));
            Tensor bias = check.sample(DType.BF16, 64);
            check.same(product(x, weight, bias), control.scaledLinear(x, weight, bias));
            check.same(product(x, weight, null), control.scaledLinear(x, weight, null));
        } catch (CudaException | TensorException e) {
            switchedOff =
                    "fp8 products are switched off, plain operators take their place and are slow; precision=bf16 is"
                            + " faster: " + e.getMessage();
            LOG.log(Level.WARNING, switchedOff);
        }
    }

    private static Tensor product(Operand x, Operand weight, @Nullable Tensor bias) {
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
