package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention over keys that are filled up to a multiple of 128 with copies of the last one: cuDNN takes 8 % more for other
 * numbers. The copies' values are zero, so they only make the sum of exponentials larger, by n of the last key's: dividing by
 * 1 − n · exp(score of the last key − log of the sum) takes that back. As the last key itself is in the sum, the divisor is at
 * least 1 / (n + 1), whatever the scores. Null where that does not pay.
 */
final class PaddedAttention {
    static final int TILE = 128;

    /** Below, filling up saves less than it costs. */
    private static final int LEAST_KEYS = 8192;

    private static final int PACK = 8;
    private static final int THREADS = 256;

    private final OwnKernels library;

    PaddedAttention(OwnKernels library) {
        this.library = library;
    }

    /** So many keys, or the next multiple. */
    static long filledUp(long keys) {
        return keys < LEAST_KEYS ? keys : (keys + TILE - 1) / TILE * TILE;
    }

    /** q [B, L, H, d], k and v [B, S, H, d] bf16, the last {@code copies} of them to be left out; [B, L, H, d]. */
    @Nullable
    Tensor attention(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        boolean fits = q.dtype() == DType.BF16 && q.isContiguous() && Memory.isPlain(q) && k.stride(3) == 1;
        Launch launch = fits ? kernel(q.size(3)) : null;
        if (launch == null) {
            return null;
        }
        long keys = k.size(1);
        Tensor none = v.narrow(1, keys - copies, copies);
        none.copyFrom(Tensors.zeros(v.dtype(), v.device(), 1).expand(none.shape()));
        List<Tensor> mixed =
                Attention.CUDNN.withLogSums(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), scale);
        Tensor result = mixed.get(0).transpose(1, 2).contiguous();
        leaveOut(
                launch,
                result,
                q,
                k.select(1, keys - 1).contiguous(),
                mixed.get(1).contiguous(),
                scale,
                copies);
        return result;
    }

    private @Nullable Launch kernel(long width) {
        if (width % PACK != 0 || width / PACK > 32 || Long.bitCount(width / PACK) != 1) {
            return null;
        }
        return library.get(KernelInstance.of("leave_out/leave_out.cu", "wan4j_leave_out", width), 9, check -> {
            Tensor q = check.sample(DType.BF16, 2, 5, 3, width);
            Tensor some = check.sample(DType.BF16, 2, 4, 3 * width).reshape(2, 4, 3, width);
            Tensor last = some.narrow(1, 3, 1);
            Tensor k = Tensors.cat(1, some, last, last);
            Tensor v = k.mul(0.5);
            double scale = 0.02;
            Tensor scores = q.transpose(1, 2)
                    .to(DType.F32)
                    .matmul(k.permute(0, 2, 3, 1).to(DType.F32))
                    .mul(scale);
            Tensor weights = scores.exp();
            Tensor sums = weights.sum(true, -1);
            Tensor mixed = weights.narrow(3, 0, 4)
                    .matmul(v.narrow(1, 0, 4).transpose(1, 2).to(DType.F32));
            Tensor own = mixed.div(sums).transpose(1, 2).to(DType.BF16).contiguous();
            Tensor plain = new ReferenceKernels().attention(q, k.narrow(1, 0, 4), v.narrow(1, 0, 4), scale, null);
            Tensor logs = sums.log().reshape(2, 3, 5).contiguous();
            leaveOut(KernelTrial.made(kernel(width)), own, q, last.squeeze(1).contiguous(), logs, scale, 2);
            check.same(own, plain);
        });
    }

    /** result and q [B, L, H, d], last [B, H, d], logs [B, H, L]. */
    private static void leaveOut(
            Launch launch, Tensor result, Tensor q, Tensor last, Tensor logs, double scale, long copies) {
        long rows = result.count() / result.size(3);
        long rowsPerBlock = THREADS / (result.size(3) / PACK);
        launch.pointer(Memory.address(result)).pointer(Memory.address(q));
        launch.pointer(Memory.address(last)).pointer(Memory.address(logs));
        launch.f32(scale)
                .f32((double) copies)
                .i32(result.size(2))
                .i32(result.size(1))
                .i64(rows);
        launch.run((rows + rowsPerBlock - 1) / rowsPerBlock, THREADS);
    }
}
