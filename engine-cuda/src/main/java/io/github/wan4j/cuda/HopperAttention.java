package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Attention8;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention on e4m3 by own kernels, for Hopper and heads of 128: the formula of {@link Attention8}, see attend8.cu. What it does
 * not take goes to another.
 */
final class HopperAttention implements InnerAttention {
    private static final String QUANTISE = "attend8/attend8_keys.cu";
    private static final String ATTEND = "attend8/attend8.cu";
    private static final int HEAD = 128;
    private static final int QUERIES = 128; // of a block at a time
    private static final int KEYS = 192; // of a tile
    private static final int STAGES = 4;
    private static final int COMPUTING = 256; // threads
    private static final int ATTEND_THREADS = COMPUTING + 128;
    private static final int SHARED = STAGES * (2 * KEYS * HEAD + 4 * Long.BYTES) + COMPUTING * Long.BYTES + 1024;
    private static final int PACK = 8; // elements of the widest access
    private static final int THREADS = 256;
    private static final int COLUMNS = 256; // of a block that reads them whole
    private static final int MOST_CHUNKS = 64;
    private static final int LEAST_ROWS = 64;
    private static final int TALL = 128; // tokens of a block that quantises

    /** Weights are rounded relative to the largest so far, by the formula to the largest of all. */
    private static final double TOLERANCE = 0.03;

    private final OwnKernels library;
    private final int multiprocessors;
    private final InnerAttention others;
    private boolean available = true; // as far as is known

    HopperAttention(OwnKernels library, int multiprocessors, InnerAttention others) {
        this.library = library;
        this.multiprocessors = multiprocessors;
        this.others = others;
    }

    /**
     * Keys and values as the kernel reads them.
     *
     * @param keys [B, H, padded · 128] e4m3, less their means
     * @param values the same
     * @param means [2, B, H · 128] f32, of keys and of values
     * @param largest [2] f32: the largest magnitudes of what was quantised
     */
    private record Quantised(Tensor keys, Tensor values, Tensor means, Tensor largest, long count) {}

    @Override
    public boolean takesCopies() {
        return available;
    }

    @Override
    public List<String> switchedOff() {
        return others.switchedOff(); // the library tells of own kernels
    }

    @Override
    public @Nullable Tensor attention(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        Tensor own = own(q, k, v, scale, copies);
        return own != null ? own : others.attention(q, k, v, scale, copies);
    }

    private @Nullable Tensor own(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        boolean fits = q.dtype() == DType.BF16
                && Memory.isPlain(q)
                && isRows(k)
                && isRows(v)
                && k.sameShape(v)
                && q.size(0) == k.size(0)
                && q.size(2) == k.size(2)
                && q.size(3) == HEAD
                && k.size(3) == HEAD
                && scale > 0;
        Launch parts = fits ? kernel(QUANTISE, "wan4j_key_parts", 11) : null;
        Launch means = fits ? kernel(QUANTISE, "wan4j_key_means", 7) : null;
        Launch quantise = fits ? kernel(QUANTISE, "wan4j_quantise_keys", 12) : null;
        Launch attend = fits ? kernel(ATTEND, "wan4j_attend8", 12) : null;
        if (!fits) {
            return null;
        }
        available = parts != null && means != null && quantise != null && attend != null;
        if (parts == null || means == null || quantise == null || attend == null) {
            return null;
        }
        try (Scope scope = Scope.open("attend8")) {
            Quantised quantised = quantised(parts, means, quantise, k, v, k.size(1) - copies);
            k.close();
            v.close();
            Tensor result = attended(attend, q, quantised, scale);
            q.close();
            return scope.keep(result);
        }
    }

    /** Heads side by side, tokens maybe apart. No view is made: it would keep the memory. */
    private static boolean isRows(Tensor x) {
        return x.dtype() == DType.BF16
                && x.rank() == 4
                && x.stride(3) == 1
                && (x.size(2) == 1 || x.stride(2) == x.size(3))
                && x.stride(1) % PACK == 0
                && (x.size(0) == 1 || x.stride(0) == x.size(1) * x.stride(1))
                && Memory.isAligned(x);
    }

    private Quantised quantised(Launch parts, Launch means, Launch quantise, Tensor k, Tensor v, long count) {
        long batch = k.size(0);
        long heads = k.size(2);
        long dim = heads * HEAD;
        long padded = (count + KEYS - 1) / KEYS * KEYS;
        long rows = Math.max(LEAST_ROWS, (count + MOST_CHUNKS - 1) / MOST_CHUNKS);
        long chunks = (count + rows - 1) / rows;
        long groups = (dim + COLUMNS - 1) / COLUMNS;
        Tensor keys = Tensors.empty(DType.F8_E4M3, k.device(), batch, heads, padded * HEAD);
        Tensor values = Tensors.empty(DType.F8_E4M3, k.device(), batch, heads, padded * HEAD);
        Tensor mean = Tensors.empty(DType.F32, k.device(), 2, batch, dim);
        Tensor largest = Tensors.empty(DType.F32, k.device(), 2);
        try (Scope scope = Scope.open("attend8.columns")) {
            Tensor partial = Tensors.empty(DType.F32, k.device(), 2 * batch, chunks, 3, dim);
            parts.pointer(Memory.address(k)).pointer(Memory.address(v)).pointer(Memory.address(partial));
            parts.pointer(Memory.address(largest)).i32(k.stride(1)).i32(v.stride(1));
            parts.i32(count).i32(k.size(1)).i32(dim).i32(batch).i32(rows).run(groups * 2 * batch, chunks, THREADS);
            means.pointer(Memory.address(partial)).pointer(Memory.address(mean)).pointer(Memory.address(largest));
            means.i32(count).i32(dim).i32(batch).i32(chunks).run(groups, 2 * batch, THREADS);
        }
        quantise.pointer(Memory.address(k)).pointer(Memory.address(v)).pointer(Memory.address(mean));
        quantise.pointer(Memory.address(largest)).pointer(Memory.address(keys)).pointer(Memory.address(values));
        quantise.i32(k.stride(1))
                .i32(v.stride(1))
                .i32(count)
                .i32(k.size(1))
                .i32(padded)
                .i32(heads);
        quantise.run(heads * ((padded + TALL - 1) / TALL), batch, THREADS);
        return new Quantised(keys, values, mean, largest, count);
    }

    private Tensor attended(Launch attend, Tensor q, Quantised quantised, double scale) {
        long batch = q.size(0);
        long dim = q.size(2) * HEAD;
        Tensor result = Tensors.empty(DType.BF16, q.device(), q.shape());
        attend.pointer(Memory.address(q)).pointer(Memory.address(quantised.keys));
        attend.pointer(Memory.address(quantised.values))
                .pointer(Memory.address(quantised.means) + batch * dim * Float.BYTES);
        attend.pointer(Memory.address(quantised.largest)).pointer(Memory.address(result));
        attend.f32(scale)
                .i32(dim)
                .i32(q.size(1))
                .i32(quantised.count)
                .i32(q.size(2))
                .i32(batch);
        long works = (q.size(1) + QUERIES - 1) / QUERIES * q.size(2) * batch;
        attend.run(Math.min(works, multiprocessors), 1, ATTEND_THREADS, SHARED);
        return result;
    }

    private @Nullable Launch kernel(String file, String name, int parameters) {
        return library.get(KernelInstance.of(file, name), parameters, this::trial);
    }

    /** Two batch items with v beside k in memory and copies that do not count; one tile of keys, and several. */
    private void trial(SelfCheck check) {
        for (long tokens : new long[] {133, 3 * KEYS + 5}) {
            Tensor q = check.sample(DType.BF16, 2, 133, 2 * HEAD).reshape(2, 133, 2, HEAD);
            Tensor joint = check.sample(DType.BF16, 2, tokens + 3, 4, HEAD);
            Tensor k = joint.narrow(2, 0, 2);
            Tensor v = joint.narrow(2, 2, 2);
            Tensor plain = Attention8.attention(q, k.narrow(1, 0, tokens), v.narrow(1, 0, tokens), 0.1);
            Tensor own = KernelTrial.made(own(q, k, v, 0.1, 3));
            if (tokens <= KEYS) {
                check.same(own, plain);
            } else {
                check.same(own, plain, TOLERANCE);
            }
        }
    }

    @Override
    public void close() {
        others.close();
    }
}
