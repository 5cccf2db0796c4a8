package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@link Kernels} for a CPU in f32: convolutions and products of more than a few rows go to oneDNN, which is several
 * times faster than what libtorch picks by itself at these sizes.
 */
public final class CpuKernels extends ReferenceKernels {
    /** Below this many rows a product is latency, and OpenBLAS answers sooner. */
    private static final long FEW_ROWS = 16;

    @Override
    public Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        long in = weight.size(1);
        long rows = x.count() / in;
        if (x.dtype() != DType.F32 || rows < FEW_ROWS || x.size(-1) != in) {
            return super.linear(x, weight, bias);
        }
        long out = weight.size(0);
        long[] shape = x.shape();
        shape[shape.length - 1] = out;
        try (Scope scope = Scope.open("kernels.linear")) {
            // a product is a 1×1 convolution over channels-last pixels: [rows, in] is [1, in, rows, 1] in memory
            Tensor pixels = x.reshape(1, rows, 1, in).permute(0, 3, 1, 2);
            Tensor product = Functional.oneDnnConvolution(
                    pixels, weight.reshape(out, in, 1, 1), bias, new long[] {1, 1}, new long[] {0, 0});
            return scope.keep(product.permute(0, 2, 3, 1).reshape(shape));
        }
    }

    @Override
    public Tensor layout(Tensor x) {
        return x.channelsLast();
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding) {
        if (x.dtype() != DType.F32) {
            return super.convolution(x, weight, bias, stride, padding);
        }
        return Functional.oneDnnConvolution(x, weight, bias, stride, new long[] {0, padding[0], padding[1]});
    }
}
