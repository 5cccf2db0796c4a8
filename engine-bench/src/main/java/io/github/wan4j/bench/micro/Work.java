package io.github.wan4j.bench.micro;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** An operation at a shape of the models, with its operands and the floating-point operations it takes. */
@SuppressWarnings("ImmutableEnumChecker") // the shapes stay in here
public enum Work {
    /** The ceiling of products: 1024³. */
    PRODUCT_1024(2.0 * 1024 * 1024 * 1024, new long[][] {{1, 1024, 1024}, {1024, 1024}, {1024}}) {
        @Override
        Tensor run(Kernels kernels, List<Tensor> operands) {
            return kernels.linear(operands.get(0), operands.get(1), operands.get(2));
        }
    },
    /** The ceiling of convolutions: 3×3×3, 64 to 64 channels on [9, 64, 64]. */
    CONVOLUTION_64(2.0 * 27 * 64 * 64 * 7 * 64 * 64, new long[][] {{1, 64, 9, 64, 64}, {64, 64, 3, 3, 3}, {64}}) {
        @Override
        Tensor run(Kernels kernels, List<Tensor> operands) {
            return kernels.convolution(
                    operands.get(0), operands.get(1), operands.get(2), new long[] {1, 1, 1}, new long[] {1, 1});
        }
    },
    /** Self-attention of the mini models: 576 tokens, two heads of 128. */
    ATTENTION_MINI(4.0 * 2 * 576 * 576 * 128, new long[][] {{1, 576, 2, 128}, {1, 576, 2, 128}, {1, 576, 2, 128}}) {
        @Override
        Tensor run(Kernels kernels, List<Tensor> operands) {
            return kernels.attention(operands.get(0), operands.get(1), operands.get(2), 1 / Math.sqrt(128), null);
        }
    },
    /** The up projection of the mini models' feed-forward with its GELU. */
    FEED_FORWARD_MINI(2.0 * 576 * 256 * 640, new long[][] {{1, 576, 256}, {640, 256}, {640}}) {
        @Override
        Tensor run(Kernels kernels, List<Tensor> operands) {
            return kernels.linearGelu(operands.get(0), operands.get(1), operands.get(2));
        }
    };

    private final double flops;
    private final long[][] shapes;

    Work(double flops, long[][] shapes) {
        this.flops = flops;
        this.shapes = shapes;
    }

    double flops() {
        return flops;
    }

    /** Operands of standard normal numbers, released from any scope: the caller closes them. */
    List<Tensor> operands() {
        List<Tensor> operands = new ArrayList<>();
        try (Scope scope = Scope.open("operands");
                Rng rng = new Rng(1)) {
            for (long[] shape : shapes) {
                operands.add(scope.release(rng.normal(shape)));
            }
        }
        return operands;
    }

    abstract Tensor run(Kernels kernels, List<Tensor> operands);
}
