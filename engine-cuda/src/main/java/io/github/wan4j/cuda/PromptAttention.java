package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import io.github.wan4j.cuda.launch.Multiprocessors;
import org.jspecify.annotations.Nullable;

/**
 * Attention to the few keys of a prompt, the last of which counts several times. A block keeps all of them in shared memory and
 * passes its share of the queries by, so this is nearly as fast as reading and writing them. Null where they do not fit.
 */
final class PromptAttention {
    private static final String FILE = "cross_attention/cross_attention.cu";
    private static final int WIDTH = 128;
    private static final int QUERIES = 32; // of a warp
    private static final int KEYS = 16; // at a time

    private static final int QUERY_BYTES = 2 * WIDTH * QUERIES;
    private static final int KEY_BYTES = 2 * 2 * WIDTH + 16; // and its value, which lie 16 bytes further apart
    private static final double LOG2_E = 1 / Math.log(2);

    private final OwnKernels library;
    private final Multiprocessors device;

    PromptAttention(OwnKernels library, Multiprocessors device) {
        this.library = library;
        this.device = device;
    }

    /** q [B, L, H, d], k and v [B, S, H, d] bf16; [B, L, H, d]. */
    @Nullable
    Tensor attention(Tensor q, Tensor k, Tensor v, double scale, long times) {
        int warps = warps(k.size(1));
        boolean fits = warps > 0 && scale > 0 && q.size(3) == WIDTH && isPlain(q) && isPlain(k) && isPlain(v);
        Launch launch = fits ? kernel(warps) : null;
        return launch == null ? null : attention(launch, warps, q, k, v, scale, times);
    }

    private static boolean isPlain(Tensor x) {
        return x.dtype() == DType.BF16 && Memory.isPlain(x);
    }

    /** As many as there is shared memory for beside so many keys, or 0. */
    private int warps(long keys) {
        for (int warps : new int[] {8, 4}) {
            if (sharedBytes(keys, warps) <= device.sharedBytes()) {
                return warps;
            }
        }
        return 0;
    }

    private static long sharedBytes(long keys, int warps) {
        return (keys + KEYS - 1) / KEYS * KEYS * KEY_BYTES + (long) warps * QUERY_BYTES;
    }

    private @Nullable Launch kernel(int warps) {
        return library.get(KernelInstance.of(FILE, "wan4j_cross_attention", warps), 10, check -> {
            Tensor q = check.sample(DType.BF16, 2, 45, 3 * WIDTH).reshape(2, 45, 3, WIDTH);
            Tensor k = check.sample(DType.BF16, 2, 33, 3 * WIDTH).reshape(2, 33, 3, WIDTH);
            Tensor v = check.sample(DType.BF16, 2, 33, 3 * WIDTH + 1)
                    .narrow(2, 0, 3 * WIDTH)
                    .contiguous()
                    .reshape(2, 33, 3, WIDTH);
            double scale = 1 / Math.sqrt((double) WIDTH);
            Tensor own = attention(KernelTrial.made(kernel(warps)), warps, q, k, v, scale, 480);
            check.same(own, check.control().crossAttention(q, k, v, scale, 480));
        });
    }

    private Tensor attention(Launch launch, int warps, Tensor q, Tensor k, Tensor v, double scale, long times) {
        long length = q.size(1);
        long heads = q.size(2);
        long tiles = q.size(0) * heads * ((length + QUERIES - 1) / QUERIES);
        Tensor result = Tensors.empty(DType.BF16, q.device(), q.shape());
        launch.pointer(Memory.address(q)).pointer(Memory.address(k)).pointer(Memory.address(v));
        launch.pointer(Memory.address(result));
        launch.i32(length).i32(heads).i32(k.size(1)).i32(tiles);
        launch.f32(scale * LOG2_E).f32(Math.log((double) times) / scale);
        long blocks = Math.min(device.count(), (tiles + warps - 1) / warps);
        launch.run(blocks, 1, 32 * warps, Math.toIntExact(sharedBytes(k.size(1), warps)));
        return result;
    }
}
