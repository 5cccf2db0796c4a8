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
        return x.dtype() == DType.F32
                ? CpuConvolution.convolution(x, weight, bias, stride, padding)
                : super.convolution(x, weight, bias, stride, padding);
    }

    @Override
    public Tensor channelNormSilu(Tensor x, Tensor gamma, int front, @Nullable Tensor history) {
        return x.dtype() == DType.F32
                ? CpuConvolution.channelNormSilu(x, gamma, front, history)
                : super.channelNormSilu(x, gamma, front, history);
    }

    @Override
    public Tensor channelNorm(Tensor x, Tensor gamma) {
        return x.dtype() == DType.F32 ? CpuConvolution.channelNorm(x, gamma) : super.channelNorm(x, gamma);
    }

    @Override
    public Tensor behind(Tensor x, int front, @Nullable Tensor history) {
        return front == 0 ? x : CpuConvolution.behind(x, front, history);
    }

    @Override
    public Tensor upsampleConvolution(Tensor x, Tensor weight, Tensor bias) {
        return x.dtype() == DType.F32
                ? CpuConvolution.upsampleConvolution(x, weight, bias)
                : super.upsampleConvolution(x, weight, bias);
    }
}
