package io.github.wan4j.bench.micro;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;

/** An operation of a transformer's block, and what it has to move or to compute at least. */
public enum GpuWork {
    NORM_MODULATE(6) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.norm(on.x(), on.norm(), DType.BF16).values();
        }
    },
    NORM_MODULATE_FP8(5) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.norm(on.x(), on.norm(), DType.F8_E4M3).values();
        }
    },
    GATED_ADD(10) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.gatedAdd(on.x(), on.y(), on.gate());
        }
    },
    GATED_ADD_NORM(12) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.gatedAddNorm(on.x(), on.y(), on.gate(), on.norm(), DType.BF16)
                    .normed()
                    .values();
        }
    },
    RMS_ROPE(4) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.rmsRope(
                    on.y(),
                    on.weight(),
                    GpuOperands.EPS,
                    on.rotation(),
                    on.shape().heads());
        }
    },
    RMS_NORM(4) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.rmsNorm(on.y(), on.weight(), GpuOperands.EPS);
        }
    },
    GELU_FP8(3) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.geluQuantise(on.hidden()).values();
        }

        @Override
        double bytes(GpuShape shape) {
            return 3.0 * shape.tokens() * shape.hidden();
        }
    },
    PRODUCT(0) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.linear(on.y(), on.square(), null);
        }

        @Override
        double flops(GpuShape shape) {
            return 2.0 * shape.tokens() * shape.dim() * shape.dim();
        }
    },
    PRODUCT_GELU(0) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            return kernels.linearGelu(on.y(), on.up(), null);
        }

        @Override
        double flops(GpuShape shape) {
            return 2.0 * shape.tokens() * shape.dim() * shape.hidden();
        }
    },
    ATTENTION(0) {
        @Override
        Tensor run(Kernels kernels, GpuOperands on) {
            double scale = 1 / Math.sqrt((double) on.q().size(3));
            return kernels.attention(on.q(), on.keys(), on.values(), scale, on.copies());
        }

        @Override
        double flops(GpuShape shape) {
            return 4.0 * shape.tokens() * shape.tokens() * shape.dim();
        }
    };

    private final double bytesPerElement;

    GpuWork(double bytesPerElement) {
        this.bytesPerElement = bytesPerElement;
    }

    /** Owned by the innermost scope. */
    abstract Tensor run(Kernels kernels, GpuOperands on);

    /** Read and written, for what memory limits; 0 for what arithmetic does. */
    double bytes(GpuShape shape) {
        return bytesPerElement * shape.tokens() * shape.dim();
    }

    double flops(GpuShape shape) {
        return 0;
    }
}
