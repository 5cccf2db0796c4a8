package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.cuda.launch.Launch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention over keys whose number is no multiple of 128, which costs cuDNN 8 %: the keys up to the last multiple and the few
 * that are left apart, put together by the sums of their exponentials. Null where that does not pay.
 */
final class SplitAttention {
    static final int TILE = 128;
    private static final int LEAST_KEYS = 8192; // below, two attentions and the merge cost more than they save
    private static final int SLICE =
            1 << 15; // queries of the few keys at a time: their result is as large as the other
    private static final int PACK = 8;
    private static final int THREADS = 256;

    private final OwnKernels library;

    SplitAttention(OwnKernels library) {
        this.library = library;
    }

    /** q [B, H, L, d], k and v [B, H, S, d] bf16; [B, L, H, d]. */
    @Nullable
    Tensor attention(Tensor q, Tensor k, Tensor v, double scale) {
        long keys = k.size(2);
        long left = keys % TILE;
        if (left == 0 || keys < LEAST_KEYS || q.dtype() != DType.BF16 || q.size(3) % PACK != 0) {
            return null;
        }
        Launch launch = kernel(q.size(3));
        if (launch == null) {
            return null;
        }
        List<Tensor> most =
                Attention.CUDNN.withLogSums(q, k.narrow(2, 0, keys - left), v.narrow(2, 0, keys - left), scale);
        Tensor result = most.get(0).transpose(1, 2).contiguous();
        Tensor fewKeys = k.narrow(2, keys - left, left);
        Tensor fewValues = v.narrow(2, keys - left, left);
        long queries = q.size(2);
        long slice = q.size(0) == 1 ? SLICE : queries; // slices of a batch do not lie side by side
        for (long from = 0; from < queries; from += slice) {
            long count = Math.min(slice, queries - from);
            try (Scope scope = Scope.open("attention.rest")) {
                List<Tensor> rest = Attention.CUDNN.withLogSums(q.narrow(2, from, count), fewKeys, fewValues, scale);
                merge(
                        launch,
                        result.narrow(1, from, count),
                        rest.get(0).transpose(1, 2).contiguous(),
                        most.get(1).narrow(2, from, count).contiguous(),
                        rest.get(1).contiguous());
            }
        }
        return result;
    }

    private @Nullable Launch kernel(long width) {
        return library.get(KernelInstance.of("merge/merge.cu", "wan4j_merge", width), 7, check -> {
            Tensor a = check.sample(DType.BF16, 2, 5, 3, width);
            Tensor b = check.sample(DType.BF16, 2, 5, 3 * width).reshape(2, 5, 3, width);
            Tensor sumA = check.sample(DType.F32, 2, 3, 5);
            Tensor sumB = check.sample(DType.F32, 2, 15).reshape(2, 3, 5);
            Tensor share = sumA.sub(sumB).exp().add(1).pow(-1).transpose(1, 2).unsqueeze(3);
            Tensor plain = a.to(DType.F32)
                    .add(b.to(DType.F32).sub(a.to(DType.F32)).mul(share))
                    .to(DType.BF16);
            merge(KernelTrial.made(kernel(width)), a, b, sumA, sumB);
            check.same(a, plain);
        });
    }

    /** a [B, L, H, d] becomes the weighted mean of a and b; sums [B, H, L]. */
    private static void merge(Launch launch, Tensor a, Tensor b, Tensor sumA, Tensor sumB) {
        long packs = a.count() / PACK;
        launch.pointer(Memory.address(a)).pointer(Memory.address(b));
        launch.pointer(Memory.address(sumA)).pointer(Memory.address(sumB));
        launch.i32(a.size(2)).i32(a.size(1)).i64(packs);
        launch.run((packs + THREADS - 1) / THREADS, THREADS);
    }
}
