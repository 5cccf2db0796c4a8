package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
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
    public Tensor attention(Tensor q, Tensor k, Tensor v, double scale, @Nullable Tensor bias) {
        return q.dtype() == DType.F32 && bias == null
                ? CpuAttention.forward(q, k, v, scale, 1)
                : super.attention(q, k, v, scale, bias);
    }

    @Override
    public Tensor crossAttention(Tensor q, Tensor weight, double eps, Keys keys, double scale) {
        if (q.dtype() != DType.F32) {
            return super.crossAttention(q, weight, eps, keys, scale);
        }
        try (Scope scope = Scope.open("kernels.crossAttention")) {
            Tensor queries = headsOf(rmsNorm(q, weight, eps), keys);
            return scope.keep(CpuAttention.forward(queries, keys.k(), keys.v(), scale, keys.times()));
        }
    }

    /** In f32 nothing is rounded between the norm and its modulation, so a shared row is a layer norm's own weight and bias. */
    @Override
    public Operand norm(Tensor x, Norm norm, DType out) {
        if (x.dtype() == DType.F32
                && out == DType.F32
                && norm instanceof Norm.Modulated to
                && to.scale().values().size(0) == 1) {
            try (Scope scope = Scope.open("kernels.norm")) {
                Tensor weight = to.scale().values().squeeze(0).add(1);
                return Operand.of(scope.keep(Functional.layerNorm(
                        x, to.eps(), weight, to.shift().values().squeeze(0))));
            }
        }
        return super.norm(x, norm, out);
    }

    @Override
    public Tensor gatedAdd(Tensor x, Tensor y, @Nullable Rows gate) {
        if (x.dtype() != DType.F32 || y.dtype() != DType.F32 || gate == null) {
            return super.gatedAdd(x, y, gate);
        }
        try (Scope scope = Scope.open("kernels.gatedAdd")) {
            return scope.keep(x.addcmul(y, gate.over(x.size(1))));
        }
    }

    /** Rotates in f32, as far from the reference's f64 as a rounding of its tables. */
    @Override
    public Tensor rmsRope(Tensor x, Tensor weight, double eps, Rotation rotation, int heads) {
        if (x.dtype() != DType.F32) {
            return super.rmsRope(x, weight, eps, rotation, heads);
        }
        try (Scope scope = Scope.open("kernels.rmsRope")) {
            Tensor turns = Tensors.stack(-1, rotation.cos(), rotation.sin())
                    .to(DType.F32)
                    .unsqueeze(1);
            return scope.keep(rotated(rmsNorm(x, weight, eps), turns, heads));
        }
    }

    /** x [B, L, D], turns [L, 1, d/2, 2]; [B, L, H, d]. */
    private static Tensor rotated(Tensor x, Tensor turns, int heads) {
        long batch = x.size(0);
        long tokens = x.size(1);
        Tensor pairs = x.reshape(batch, tokens, heads, -1, 2);
        return Functional.complexProduct(pairs, turns).reshape(batch, tokens, heads, -1);
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
    public Tensor upsampleConvolution(Tensor x, Tensor weight, Tensor bias, @Nullable Repeated shortcut) {
        if (x.dtype() != DType.F32) {
            return super.upsampleConvolution(x, weight, bias, shortcut);
        }
        try (Scope scope = Scope.open("kernels.upsample")) {
            Tensor result = CpuConvolution.upsampleConvolution(x, weight, bias);
            return scope.keep(shortcut == null ? result : result.add(shortcut.over(weight.size(0))));
        }
    }
}
