package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.tensor.TorchHandle;
import io.github.wan4j.cuda.launch.Launch;
import org.jspecify.annotations.Nullable;

/**
 * Attention by wan4j's own kernel for Hopper (compute capability 9.0): heads of 128 in bf16, any number of tokens, which may lie
 * as the parts of a joint product do. The result is written where the next product wants it. Null for what it does not take.
 */
final class OwnAttention {
    /** The compute capability whose instructions it is made of; later ones do not have them. */
    static final int MAJOR = 9;

    static final String FUNCTION = "wan4j_attention";
    private static final int WIDTH = 128;
    private static final int QUERIES = 192; // of a work item, as the next three are in the kernel
    private static final int KEYS = 80; // of a tile
    private static final int THREADS = 512;
    private static final int SHARED = 1024 + (QUERIES + 8 * KEYS) * WIDTH * 2 + 256; // alignment, tiles, barriers
    private static final int SWIZZLED = 64; // elements of a row in shared memory
    private static final int HALVES = WIDTH / SWIZZLED;
    private static final int PACK = 8;

    private static final int CLUSTER = 2; // blocks

    private final OwnKernels library;
    private int clusters; // that run at a time; 0 until the first use

    OwnAttention(OwnKernels library) {
        this.library = library;
    }

    /** q [B, L, H, 128], k and v [B, S, H, 128]; [B, L, H, 128] without gaps. */
    @Nullable
    Tensor attention(Tensor q, Tensor k, Tensor v, double scale) {
        Launch launch = takes(q) && takes(k) && takes(v) ? kernel() : null;
        return launch == null ? null : attention(launch, q, k, v, scale);
    }

    /** Heads side by side, and tokens and sequences on multiples of 16 bytes. */
    private static boolean takes(Tensor x) {
        return x.dtype() == DType.BF16
                && x.size(3) == WIDTH
                && x.count() > 0
                && x.stride(3) == 1
                && (x.size(2) == 1 || x.stride(2) == WIDTH)
                && (x.size(1) == 1 || (x.stride(1) >= WIDTH && x.stride(1) % PACK == 0))
                && (x.size(0) == 1 || (x.stride(0) >= WIDTH && x.stride(0) % PACK == 0))
                && Memory.isAligned(x);
    }

    private @Nullable Launch kernel() {
        return library.get(KernelInstance.of("attention/attention.cu", FUNCTION), 9, check -> {
            Tensor q = check.sample(DType.BF16, 2, 130, 3, WIDTH);
            Tensor kv = check.sample(DType.BF16, 2, 300, 6, WIDTH);
            Tensor k = kv.narrow(2, 0, 3);
            Tensor v = kv.narrow(2, 3, 3);
            for (double scale : new double[] {0.1, 8}) { // the second leaves the range of the first keys
                Tensor exact =
                        check.control().attention(q.to(DType.F64), k.to(DType.F64), v.to(DType.F64), scale, null);
                check.same(KernelTrial.made(attention(q, k, v, scale)), exact.to(DType.BF16));
            }
        });
    }

    private Tensor attention(Launch launch, Tensor q, Tensor k, Tensor v, double scale) {
        Tensor out = Tensors.empty(q.dtype(), q.device(), q.shape());
        if (clusters == 0) {
            clusters = launch.clusters(CLUSTER, THREADS, SHARED);
        }
        boxes(launch, q, QUERIES, HALVES);
        boxes(launch, k, KEYS, 1);
        boxes(launch, v, KEYS, 1);
        launch.pointer(Memory.address(out)).f32(scale / Math.log(2));
        launch.i32(q.size(1)).i32(k.size(1)).i32(q.size(2)).i32(q.size(0));
        long pairsOfHeads = (q.size(0) * q.size(2) + 1) / 2;
        long items = pairsOfHeads * ((q.size(1) + QUERIES - 1) / QUERIES);
        launch.run(CLUSTER * Math.min(items, clusters), 1, THREADS, SHARED);
        return out;
    }

    /** x [B, L, H, 128] as 64 columns, tokens, halves of a head, heads, sequences. */
    private static void boxes(Launch launch, Tensor x, int tokens, int halves) {
        long element = x.dtype().bytes();
        long heads = x.size(2);
        long token = (x.size(1) == 1 ? heads * WIDTH : x.stride(1)) * element;
        long sequence = x.size(0) == 1 ? token * x.size(1) : x.stride(0) * element;
        launch.boxes(
                TorchHandle.of(x).data_ptr(),
                new long[] {SWIZZLED, x.size(1), HALVES, heads, x.size(0)},
                new long[] {token, SWIZZLED * element, WIDTH * element, sequence},
                new int[] {SWIZZLED, tokens, halves, 1, 1});
    }
}
