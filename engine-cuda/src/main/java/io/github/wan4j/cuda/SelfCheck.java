package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.cuda.load.CudaException;
import java.util.Arrays;

/** The comparison of an own kernel with the plain implementation, on small random tensors, before it is used for the first time. */
final class SelfCheck {
    /** Far above what a different order of additions does, far below what a wrong kernel does. */
    private static final double F32_TOLERANCE = 1e-5;

    private static final double BF16_TOLERANCE = 1e-2;
    private static final long SEED = 20;

    private final Kernels control = new ReferenceKernels();
    private final Device device;

    SelfCheck(Device device) {
        this.device = device;
    }

    Kernels control() {
        return control;
    }

    /** Normal numbers around 0.3, so that a forgotten mean shows. */
    Tensor sample(DType dtype, long... shape) {
        try (Rng rng = new Rng(SEED + Arrays.hashCode(shape))) {
            return rng.normal(shape).add(0.3).to(device, dtype);
        }
    }

    /** The same of scales and of the numbers meant. One that lies between two of e4m3 may go either way, hence the tolerance. */
    void same(Operand own, Operand plain) {
        if (own.isQuantised() && plain.isQuantised()) {
            same(own.rowScales().to(DType.BF16), plain.rowScales().to(DType.BF16));
            same(own.dequantised().to(DType.BF16), plain.dequantised().to(DType.BF16));
        } else {
            same(own.values(), plain.values());
        }
    }

    /** Fails unless {@code own} is as near to {@code plain} as rounding allows; waits for the device, so faults surface here. */
    void same(Tensor own, Tensor plain) {
        same(own, plain, plain.dtype() == DType.F32 ? F32_TOLERANCE : BF16_TOLERANCE);
    }

    /** The same with a tolerance of one's own. */
    void same(Tensor own, Tensor plain, double tolerance) {
        double error = own.to(DType.F64).sub(plain.to(DType.F64)).norm() / plain.norm();
        if (own.dtype() != plain.dtype() || !own.sameShape(plain) || !(error <= tolerance)) {
            throw new CudaException("it gives " + own + " and the plain implementation " + plain
                    + ", relative difference " + error + ", allowed " + tolerance);
        }
    }
}
