package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import io.github.wan4j.cuda.launch.Multiprocessors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The RMS norm of queries and their attention to the few keys of a prompt. A block keeps keys and values of one head in shared
 * memory and passes its share of the queries by. Null where they do not fit.
 */
final class PromptAttention {
    private static final int WIDTH = 128;
    private static final int LINE_BYTES = 2 * 2 * WIDTH; // a key and its value
    private static final double LOG2_E = 1 / Math.log(2);

    /**
     * A kernel: how many queries a worker (a warp, or a group of them) has at a time, keys at a time, threads of a worker, bytes
     * of shared memory for each and for the whole, and how many workers a block has, the most first.
     */
    private record Way(
            String file,
            String function,
            int queries,
            int keys,
            int threads,
            int ownBytes,
            int commonBytes,
            List<Integer> workers) {
        static final Way WARPS = new Way(
                "cross_attention/cross_attention.cu", "wan4j_cross_attention", 32, 16, 32, 8320, 528, List.of(8, 4));
        static final Way GROUPS = new Way(
                "cross_attention/hopper.cu", "wan4j_cross_attention_hopper", 64, 64, 128, 16640, 1536, List.of(3, 2));

        long sharedBytes(long count, int workerCount) {
            return (count + keys - 1) / keys * keys * LINE_BYTES + commonBytes + (long) workerCount * ownBytes;
        }
    }

    private final OwnKernels library;
    private final RowKernels rows;
    private final Multiprocessors device;
    private final Way way;

    PromptAttention(OwnKernels library, RowKernels rows, Multiprocessors device) {
        this.library = library;
        this.rows = rows;
        this.device = device;
        way = device.isHopper() ? Way.GROUPS : Way.WARPS;
    }

    /** q [B, L, H·d] bf16; softmax(scale · norm(q) kᵀ) v, [B, L, H, d]. */
    @Nullable
    Tensor attention(Tensor q, Tensor weight, double eps, Keys keys, double scale) {
        long dim = keys.k().size(2) * WIDTH;
        int workers = workers(keys.k().size(1));
        boolean fits = workers > 0
                && scale > 0
                && q.size(2) == dim
                && weight.count() == dim
                && isPlain(q, DType.BF16)
                && isPlain(weight, DType.F32)
                && isPlain(keys.k(), DType.BF16)
                && isPlain(keys.v(), DType.BF16);
        return fits ? attention(workers, q, weight, eps, keys, scale) : null;
    }

    private @Nullable Tensor attention(int workers, Tensor q, Tensor weight, double eps, Keys keys, double scale) {
        Launch launch = kernel(workers);
        Tensor factors = launch == null ? null : rows.rmsFactors(q, eps);
        if (launch == null || factors == null) {
            return null;
        }
        long length = q.size(1);
        long heads = keys.k().size(2);
        long tiles = q.size(0) * heads * ((length + way.queries() - 1) / way.queries());
        Tensor result = Tensors.empty(DType.BF16, q.device(), q.size(0), length, heads, WIDTH);
        launch.pointer(Memory.address(q)).pointer(Memory.address(factors)).pointer(Memory.address(weight));
        launch.pointer(Memory.address(keys.k())).pointer(Memory.address(keys.v()));
        launch.pointer(Memory.address(result));
        launch.i32(length).i32(heads).i32(keys.k().size(1)).i32(tiles);
        launch.f32(scale * LOG2_E).f32(Math.log((double) keys.times()) / scale);
        long blocks = Math.min(device.count(), (tiles + workers - 1) / workers);
        int shared = Math.toIntExact(way.sharedBytes(keys.k().size(1), workers));
        launch.run(blocks, 1, workers * way.threads(), shared);
        factors.close();
        return result;
    }

    private static boolean isPlain(Tensor x, DType type) {
        return x.dtype() == type && Memory.isPlain(x);
    }

    /** As many as there is shared memory for beside so many keys, or 0. */
    private int workers(long keys) {
        return way.workers().stream()
                .filter(count -> way.sharedBytes(keys, count) <= device.sharedBytes())
                .findFirst()
                .orElse(0);
    }

    private @Nullable Launch kernel(int workers) {
        return library.get(KernelInstance.of(way.file(), way.function(), workers), 12, check -> {
            Tensor q = check.sample(DType.BF16, 2, 77, 3 * WIDTH);
            Tensor weight = check.sample(DType.F32, 3 * WIDTH);
            Tensor k = check.sample(DType.BF16, 2, 65, 3, WIDTH);
            Keys keys = new Keys(k, k.mul(-0.5), 448);
            double scale = 1 / Math.sqrt((double) WIDTH);
            check.same(
                    KernelTrial.made(attention(workers, q, weight, 1e-6, keys, scale)),
                    check.control().crossAttention(q, weight, 1e-6, keys, scale));
        });
    }
}
