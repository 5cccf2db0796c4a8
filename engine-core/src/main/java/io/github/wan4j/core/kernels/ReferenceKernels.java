package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/** {@link Kernels} in plain libtorch, one formula after the other: the control for every fast path. */
public class ReferenceKernels implements Kernels {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double LEAST_NORM = 1e-12;
    private static final double LARGEST_E4M3 = 448;
    private static final double LEAST_MAGNITUDE = 1e-12; // of a row: one of zeros stays one of zeros
    private static final long[] UNIT_STRIDE = {1, 1, 1};

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v, double scale, @Nullable Tensor bias) {
        try (Scope scope = Scope.open("kernels.attention")) {
            Tensor queries = q.transpose(1, 2);
            Tensor keys = k.transpose(1, 2);
            Tensor values = v.transpose(1, 2);
            Tensor mixed = bias == null
                    ? Functional.attention(queries, keys, values, scale, null)
                    : biased(queries, keys, values, scale, bias);
            return scope.keep(mixed.transpose(1, 2).contiguous());
        }
    }

    /** To all keys, each of the copies by itself. */
    @Override
    public Tensor crossAttention(Tensor q, Tensor weight, double eps, Keys keys, double scale) {
        try (Scope scope = Scope.open("kernels.crossAttention")) {
            Tensor queries = headsOf(rmsNorm(q, weight, eps), keys);
            return scope.keep(attention(
                    queries, withCopies(keys.k(), keys.times()), withCopies(keys.v(), keys.times()), scale, null));
        }
    }

    /** x [B, L, D] as [B, L, H, d]. */
    static Tensor headsOf(Tensor x, Keys keys) {
        return x.reshape(x.size(0), x.size(1), keys.k().size(2), keys.k().size(3));
    }

    /** x [B, S, H, d] with its last key {@code times} times. */
    private static Tensor withCopies(Tensor x, long times) {
        Tensor last = x.narrow(1, x.size(1) - 1, 1).expand(x.size(0), times - 1, x.size(2), x.size(3));
        return times == 1 ? x : Tensors.cat(1, x, last);
    }

    private static Tensor biased(Tensor q, Tensor k, Tensor v, double scale, Tensor bias) {
        Tensor scores = q.mul(scale).matmul(k.transpose(2, 3)).add(spread(bias, q.size(2), k.size(2)));
        return Functional.softmax(scores, -1, DType.F32).to(q.dtype()).matmul(v);
    }

    /** bias [H, L + S − 1] by distance, for every query and key: [1, H, L, S]. */
    public static Tensor spread(Tensor bias, long queries, long keys) {
        Tensor key = Tensors.arange(keys, bias.device());
        Tensor query = Tensors.arange(queries, bias.device()).unsqueeze(1);
        Tensor index = key.sub(query).add(queries - 1.0).to(DType.I64).reshape(-1);
        return bias.transpose(0, 1).rows(index).transpose(0, 1).reshape(1, bias.size(0), queries, keys);
    }

    @Override
    public Operand norm(Tensor x, Norm norm, DType out) {
        try (Scope scope = Scope.open("kernels.norm")) {
            Tensor f32 = x.to(DType.F32);
            if (norm instanceof Norm.Affine affine) {
                Tensor normed = Functional.layerNorm(f32, affine.eps(), affine.weight(), affine.bias());
                return rounded(normed.to(x.dtype()), out).keptBy(scope);
            }
            Norm.Modulated to = (Norm.Modulated) norm;
            Tensor normed = Functional.layerNorm(f32, to.eps(), null, null)
                    .to(x.dtype())
                    .to(DType.F32);
            long tokens = x.size(1);
            Tensor modulated =
                    normed.mul(to.scale().over(tokens).add(1)).add(to.shift().over(tokens));
            return rounded(modulated, out).keptBy(scope);
        }
    }

    private Operand rounded(Tensor x, DType out) {
        return out == DType.F8_E4M3 ? quantise(x) : Operand.of(x.to(out));
    }

    @Override
    public Tensor gatedAdd(Tensor x, Tensor y, @Nullable Rows gate) {
        try (Scope scope = Scope.open("kernels.gatedAdd")) {
            Tensor residual = x.to(DType.F32);
            Tensor branch = y.to(DType.F32);
            return scope.keep(gate == null ? residual.add(branch) : residual.add(branch.mul(gate.over(x.size(1)))));
        }
    }

    @Override
    public Added gatedAddNorm(Tensor x, Tensor y, @Nullable Rows gate, Norm norm, DType out) {
        Tensor sum = gatedAdd(x, y, gate);
        return new Added(sum, norm(sum, norm, out));
    }

    @Override
    public Tensor rmsRope(Tensor x, Tensor weight, double eps, Rotation rotation, int heads) {
        try (Scope scope = Scope.open("kernels.rmsRope")) {
            Tensor normed = normalized(x, eps).mul(weight);
            return scope.keep(rotate(normed, rotation, heads).to(x.dtype()));
        }
    }

    /** x [B, L, D] as complex pairs (2j, 2j+1) of each head times e^{i·angle}, in f64; [B, L, H, d] f32. */
    private static Tensor rotate(Tensor x, Rotation rotation, int heads) {
        long batch = x.size(0);
        long tokens = x.size(1);
        Tensor pairs = x.to(DType.F64).reshape(batch, tokens, heads, -1, 2);
        Tensor re = pairs.select(-1, 0);
        Tensor im = pairs.select(-1, 1);
        Tensor cos = rotation.cos().unsqueeze(1);
        Tensor sin = rotation.sin().unsqueeze(1);
        return Tensors.stack(-1, re.mul(cos).sub(im.mul(sin)), re.mul(sin).add(im.mul(cos)))
                .reshape(batch, tokens, heads, -1)
                .to(DType.F32);
    }

    @Override
    public Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
        try (Scope scope = Scope.open("kernels.rmsNorm")) {
            return scope.keep(normalized(x, eps).mul(weight).to(x.dtype()));
        }
    }

    private static Tensor normalized(Tensor x, double eps) {
        Tensor f32 = x.to(DType.F32);
        return f32.mul(f32.mul(f32).mean(true, -1).add(eps).rsqrt()).to(x.dtype());
    }

    @Override
    public Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return Functional.linear(x, weight, bias);
    }

    @Override
    public Tensor linearGelu(Tensor x, Tensor weight, @Nullable Tensor bias) {
        try (Scope scope = Scope.open("kernels.linearGelu")) {
            return scope.keep(Functional.gelu(linear(x, weight, bias)));
        }
    }

    @Override
    public Tensor gelu(Tensor x) {
        return Functional.gelu(x);
    }

    @Override
    public Operand quantise(Tensor x) {
        try (Scope scope = Scope.open("kernels.quantise")) {
            Tensor f32 = x.to(DType.F32);
            Tensor scales = f32.abs()
                    .max(-1)
                    .clamp(LEAST_MAGNITUDE, Double.POSITIVE_INFINITY)
                    .mul(1 / LARGEST_E4M3);
            Tensor values = f32.div(scales).clamp(-LARGEST_E4M3, LARGEST_E4M3).to(DType.F8_E4M3);
            return new Operand(values, scales).keptBy(scope);
        }
    }

    @Override
    public Operand geluQuantise(Tensor x) {
        try (Scope scope = Scope.open("kernels.geluQuantise")) {
            return quantise(Functional.gelu(x.to(DType.F32))).keptBy(scope);
        }
    }

    @Override
    public Tensor scaledLinear(Operand x, Operand weight, @Nullable Tensor bias) {
        try (Scope scope = Scope.open("kernels.scaledLinear")) {
            Tensor f32 = bias == null ? null : bias.to(DType.F32);
            return scope.keep(Functional.linear(x.dequantised(), weight.dequantised(), f32)
                    .to(DType.BF16));
        }
    }

    @Override
    public Tensor geluGate(Tensor gate, Tensor up) {
        try (Scope scope = Scope.open("kernels.geluGate")) {
            Tensor inner = gate.pow(3).mul(0.044715).add(gate).mul(SQRT_2_OVER_PI);
            Tensor gelu = gate.mul(0.5).mul(inner.tanh().add(1));
            return scope.keep(up.mul(gelu));
        }
    }

    @Override
    public Tensor silu(Tensor x) {
        return Functional.silu(x);
    }

    @Override
    public Tensor patchify(Tensor latent, DType out) {
        long channels = latent.size(0);
        long frames = latent.size(1);
        long rows = latent.size(2) / 2;
        long columns = latent.size(3) / 2;
        try (Scope scope = Scope.open("kernels.patchify")) {
            return scope.keep(latent.reshape(channels, frames, rows, 2, columns, 2)
                    .permute(1, 2, 4, 0, 3, 5)
                    .reshape(1, frames * rows * columns, channels * 4)
                    .to(out));
        }
    }

    @Override
    public Tensor unpatchify(Tensor tokens, long frames, long height, long width, DType rounding) {
        long channels = tokens.size(-1) / 4;
        try (Scope scope = Scope.open("kernels.unpatchify")) {
            return scope.keep(tokens.to(rounding)
                    .to(DType.F32)
                    .reshape(frames, height / 2, width / 2, 2, 2, channels)
                    .permute(5, 0, 1, 3, 2, 4)
                    .reshape(channels, frames, height, width));
        }
    }

    @Override
    public Tensor guidance(Tensor cond, Tensor uncond, double guidance) {
        try (Scope scope = Scope.open("kernels.guidance")) {
            return scope.keep(uncond.add(cond.sub(uncond).mul(guidance)));
        }
    }

    @Override
    public Tensor combine(double[] coefficients, Tensor... tensors) {
        if (coefficients.length != tensors.length || tensors.length == 0) {
            throw new IllegalArgumentException(
                    coefficients.length + " coefficients for " + tensors.length + " tensors");
        }
        try (Scope scope = Scope.open("kernels.combine")) {
            Tensor sum = tensors[0].mul(coefficients[0]);
            for (int i = 1; i < tensors.length; i++) {
                sum = sum.add(tensors[i].mul(coefficients[i]));
            }
            return scope.keep(sum);
        }
    }

    @Override
    public Tensor layout(Tensor x) {
        return x.contiguous();
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding) {
        return Functional.conv3d(x, weight, bias, stride, new long[] {0, padding[0], padding[1]});
    }

    @Override
    public Tensor convolutionAdd(Tensor x, Tensor weight, Tensor bias, long[] padding, Tensor addend) {
        try (Scope scope = Scope.open("kernels.convolutionAdd")) {
            return scope.keep(convolution(x, weight, bias, UNIT_STRIDE, padding).add(addend));
        }
    }

    @Override
    public Tensor convolutionNormSilu(
            Tensor x, Tensor weight, Tensor bias, long[] padding, Tensor gamma, int front, @Nullable Tensor history) {
        try (Scope scope = Scope.open("kernels.convolutionNormSilu")) {
            return scope.keep(
                    channelNormSilu(convolution(x, weight, bias, UNIT_STRIDE, padding), gamma, front, history));
        }
    }

    @Override
    public Tensor channelNormSilu(Tensor x, Tensor gamma, int front, @Nullable Tensor history) {
        try (Scope scope = Scope.open("kernels.channelNormSilu")) {
            return scope.keep(behind(Functional.silu(channelNorm(x, gamma)), front, history));
        }
    }

    @Override
    public Tensor channelNorm(Tensor x, Tensor gamma) {
        long channels = x.size(1);
        try (Scope scope = Scope.open("kernels.channelNorm")) {
            Tensor f32 = x.to(DType.F32);
            Tensor norm = f32.mul(f32).sum(true, 1).pow(0.5).clamp(LEAST_NORM, Double.POSITIVE_INFINITY);
            return scope.keep(f32.div(norm)
                    .mul(Math.sqrt((double) channels))
                    .mul(gamma.reshape(1, channels, 1, 1, 1))
                    .to(x.dtype()));
        }
    }

    @Override
    public Tensor behind(Tensor x, int front, @Nullable Tensor history) {
        if (front == 0) {
            return x;
        }
        try (Scope scope = Scope.open("kernels.behind")) {
            long past = history == null ? 0 : Math.min(front, history.size(2));
            Tensor known = x;
            if (history != null && past > 0) {
                known = Tensors.cat(2, history.narrow(2, history.size(2) - past, past), x);
            }
            return scope.keep(known.pad(0, 0, 0, 0, front - past, 0));
        }
    }

    @Override
    public Tensor upsampleConvolution(Tensor x, Tensor weight, Tensor bias, @Nullable Repeated shortcut) {
        try (Scope scope = Scope.open("kernels.upsample")) {
            Tensor doubled = x.repeatEach(2, 3).repeatEach(2, 4);
            Tensor result = convolution(doubled, weight, bias, UNIT_STRIDE, new long[] {1, 1});
            return scope.keep(shortcut == null ? result : result.add(shortcut.over(weight.size(0))));
        }
    }
}
