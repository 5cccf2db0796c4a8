package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Attention as two 1×1 convolutions by oneDNN with a softmax between them: each head is a group of channels, each query a
 * pixel, and the keys (then the values) are the weights. Twice as fast as libtorch's own, which multiplies through OpenBLAS,
 * and independent of how many threads that has.
 */
final class CpuAttention {
    /** Queries are taken so many at a time that their scores stay below 64 MB. */
    private static final long MOST_SCORES = 1 << 24;

    private static final long[] UNIT_STRIDE = {1, 1};
    private static final long[] NO_PADDING = {0, 0};

    private CpuAttention() {}

    /** q [B, L, H, d], k and v [B, S, H, d], f32; softmax(scale · q kᵀ) v as [B, L, H, d], the last key counting {@code times}. */
    static Tensor forward(Tensor q, Tensor k, Tensor v, double scale, long times) {
        try (Scope scope = Scope.open("kernels.attention")) {
            Tensor[] batch = new Tensor[Math.toIntExact(q.size(0))];
            for (int i = 0; i < batch.length; i++) {
                batch[i] = one(q.select(0, i), k.select(0, i), v.select(0, i), scale, times);
            }
            return scope.keep(batch.length == 1 ? batch[0].unsqueeze(0) : Tensors.stack(0, batch));
        }
    }

    /** q [L, H, d], k and v [S, H, d]; [L, H, d]. */
    private static Tensor one(Tensor q, Tensor k, Tensor v, double scale, long times) {
        long queries = q.size(0);
        long keys = k.size(0);
        long heads = q.size(1);
        long dim = q.size(2);
        try (Scope scope = Scope.open("kernels.attention.one")) {
            Tensor pixels = q.reshape(queries, heads * dim);
            Tensor keyWeights = k.transpose(0, 1).mul(scale).reshape(heads * keys, dim);
            Tensor keyBias = times == 1 ? null : countsOfLast(times, heads, keys);
            Tensor valueWeights = v.permute(1, 2, 0).reshape(heads * dim, keys);
            long step = Math.max(1, MOST_SCORES / (heads * keys));
            Tensor[] parts = new Tensor[Math.toIntExact((queries + step - 1) / step)];
            for (int i = 0; i < parts.length; i++) {
                long start = i * step;
                Tensor part = pixels.narrow(0, start, Math.min(step, queries - start));
                parts[i] = mixed(part, keyWeights, keyBias, valueWeights, heads);
            }
            Tensor all = parts.length == 1 ? parts[0] : Tensors.cat(0, parts);
            return scope.keep(all.reshape(queries, heads, dim));
        }
    }

    /** ln(times) for the last key of each head, 0 for the others: [H·S]. */
    private static Tensor countsOfLast(long times, long heads, long keys) {
        Tensor others = Tensors.zeros(DType.F32, Device.CPU, heads, keys - 1);
        Tensor last = Tensors.full(Math.log((double) times), DType.F32, Device.CPU, heads, 1);
        return Tensors.cat(1, others, last).reshape(-1);
    }

    /** pixels [L, H·d], keyWeights [H·S, d], keyBias [H·S], valueWeights [H·d, S]; [L, H·d]. */
    private static Tensor mixed(
            Tensor pixels, Tensor keyWeights, @Nullable Tensor keyBias, Tensor valueWeights, long heads) {
        try (Scope scope = Scope.open("kernels.attention.mixed")) {
            Tensor scores = product(pixels, keyWeights, keyBias, heads).reshape(pixels.size(0), heads, -1);
            Tensor shares = Functional.softmax(scores, -1, DType.F32).reshape(pixels.size(0), -1);
            return scope.keep(product(shares, valueWeights, null, heads));
        }
    }

    /** x [L, groups·in], weight [groups·out, in], bias [groups·out]; every group by itself, [L, groups·out]. */
    private static Tensor product(Tensor x, Tensor weight, @Nullable Tensor bias, long groups) {
        long rows = x.size(0);
        Tensor pixels = x.reshape(1, rows, 1, x.size(1)).permute(0, 3, 1, 2);
        Tensor filter = weight.reshape(weight.size(0), weight.size(1), 1, 1);
        return Functional.oneDnnConvolution(pixels, filter, bias, UNIT_STRIDE, NO_PADDING, groups)
                .permute(0, 2, 3, 1)
                .reshape(rows, weight.size(0));
    }
}
