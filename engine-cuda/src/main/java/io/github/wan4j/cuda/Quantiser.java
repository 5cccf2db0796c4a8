package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Attention8;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.cudnn.Attention8Graph;
import io.github.wan4j.cuda.launch.Launch;
import org.jspecify.annotations.Nullable;

/** The passes around attention on e4m3: see {@link Attention8} and the kernels' own text. Null where they are switched off. */
final class Quantiser {
    private static final String FILE = "attention8/attention8.cu";
    private static final int THREADS = 256;
    private static final int COLUMNS = 256; // of a block that reads them whole
    private static final int MOST_CHUNKS = 64;
    private static final int LEAST_ROWS = 64;
    private static final int TALL = 4; // tokens a thread
    private static final int PACK = 16;

    private final OwnKernels library;

    Quantiser(OwnKernels library) {
        this.library = library;
    }

    /**
     * @param values [3, B, padded, H, d] e4m3: q, k and v, the latter two less their means, then rows of zeros
     * @param means [3, B, H · d] f32, zeros for q
     * @param largest [3] f32: the largest magnitudes of what was quantised
     * @param scalars as {@link Attention8Graph} wants them
     */
    record Quantised(Tensor values, Tensor means, Tensor largest, Tensor scalars) {
        /** q, k or v. */
        Tensor part(int index) {
            return values.select(0, index);
        }
    }

    /** Whether the kernels take q, k and v [B, L, H, d]. */
    static boolean takes(Tensor q, Tensor k, Tensor v) {
        return q.dtype() == DType.BF16
                && Memory.isPlain(q)
                && Memory.isPlain(k)
                && k.dtype() == DType.BF16
                && v.dtype() == DType.BF16
                && q.sameShape(k)
                && q.sameShape(v)
                && q.size(3) % PACK == 0;
    }

    /** q, k and v [B, L, H, d] bf16, with rows of zeros up to {@code padded} tokens. */
    @Nullable
    Quantised quantised(Tensor q, Tensor k, Tensor v, long padded) {
        Launch parts = kernel("wan4j_column_parts", 9);
        Launch means = kernel("wan4j_column_means", 7);
        Launch quantise = kernel("wan4j_quantise_qkv", 11);
        Launch attended = kernel("wan4j_attended", 9); // asked for now: without it the others are in vain
        if (parts == null || means == null || quantise == null || attended == null) {
            return null;
        }
        long batch = q.size(0);
        long tokens = q.size(1);
        long dim = q.size(2) * q.size(3);
        long rows = Math.max(LEAST_ROWS, (tokens + MOST_CHUNKS - 1) / MOST_CHUNKS);
        long chunks = (tokens + rows - 1) / rows;
        long groups = (dim + COLUMNS - 1) / COLUMNS;
        Tensor values = Tensors.empty(DType.F8_E4M3, q.device(), 3, batch, padded, q.size(2), q.size(3));
        Tensor mean = Tensors.empty(DType.F32, q.device(), 3, batch, dim);
        Tensor largest = Tensors.empty(DType.F32, q.device(), 3);
        Tensor scalars = Tensors.empty(DType.F32, q.device(), Attention8Graph.SCALARS);
        try (Scope scope = Scope.open("quantise")) {
            Tensor partial = Tensors.empty(DType.F32, q.device(), 3 * batch, chunks, 3, dim);
            inputs(parts, q, k, v).pointer(Memory.address(partial)).pointer(Memory.address(largest));
            parts.i32(tokens).i32(dim).i32(batch).i32(rows).run(groups * 3 * batch, chunks, THREADS);
            means.pointer(Memory.address(partial)).pointer(Memory.address(mean)).pointer(Memory.address(largest));
            means.i32(tokens).i32(dim).i32(batch).i32(chunks).run(groups, 3 * batch, THREADS);
        }
        inputs(quantise, q, k, v).pointer(Memory.address(mean)).pointer(Memory.address(largest));
        quantise.pointer(Memory.address(values)).pointer(Memory.address(scalars));
        quantise.i32(tokens).i32(padded).i32(dim).i32(batch).run(blocks(padded, dim), 3 * batch, THREADS);
        return new Quantised(values, mean, largest, scalars);
    }

    private static Launch inputs(Launch launch, Tensor q, Tensor k, Tensor v) {
        return launch.pointer(Memory.address(q)).pointer(Memory.address(k)).pointer(Memory.address(v));
    }

    private static long blocks(long tokens, long dim) {
        long threads = (tokens + TALL - 1) / TALL * (dim / PACK);
        return (threads + THREADS - 1) / THREADS;
    }

    /** result8 [B, padded, H, d], logSums [B, H, padded] or null; attention's result [B, tokens, H, d] bf16. */
    @Nullable
    Tensor attended(Quantised from, Tensor result8, @Nullable Tensor logSums, long tokens) {
        Launch attended = kernel("wan4j_attended", 9);
        if (attended == null) {
            return null;
        }
        long batch = result8.size(0);
        long dim = result8.size(2) * result8.size(3);
        Tensor result = Tensors.empty(DType.BF16, result8.device(), batch, tokens, result8.size(2), result8.size(3));
        long meansOfV = Memory.address(from.means()) + 2 * batch * dim * Float.BYTES;
        attended.pointer(Memory.address(result8)).pointer(meansOfV).pointer(Memory.address(from.largest()));
        attended.pointer(logSums == null ? 0 : Memory.address(logSums)).pointer(Memory.address(result));
        attended.i32(tokens).i32(result8.size(1)).i32(dim).i32(result8.size(3));
        attended.run(blocks(tokens, dim), batch, THREADS);
        return result;
    }

    private @Nullable Launch kernel(String name, int parameters) {
        return library.get(KernelInstance.of(FILE, name), parameters, this::trial);
    }

    /** Means, quantised values and the way back, of two batch items of odd sizes. */
    private void trial(SelfCheck check) {
        long[] shape = {2, 133, 3, 112};
        Tensor q = check.sample(DType.BF16, shape);
        Tensor k = check.sample(DType.BF16, 2, 133, 336).reshape(shape);
        Tensor v = check.sample(DType.BF16, 2, 133 * 3, 112).reshape(shape);
        Quantised own = KernelTrial.made(quantised(q, k, v, 256));
        Tensor[] plain = {q, centred(k), centred(v)};
        for (int i = 0; i < plain.length; i++) {
            double largest = plain[i].maxAbs();
            check.same(
                    own.largest().narrow(0, i, 1),
                    plain[i].abs().reshape(1, -1).max(-1).reshape(1).to(DType.F32));
            Tensor e4m3 =
                    plain[i].to(DType.F32).mul(Attention8.LARGEST / largest).to(DType.F8_E4M3);
            check.same(own.part(i).narrow(1, 0, 133).to(DType.BF16), e4m3.to(DType.BF16));
        }
        Tensor logSums = check.sample(DType.F32, 2, 3, 256).add(7);
        Tensor rest = logSums.mul(-1).exp().mul(-(256 - 133.0)).add(1).pow(-1); // 1 / (1 − n · exp(−logSum))
        Tensor scaled = own.part(2).to(DType.F32).mul(plain[2].maxAbs() / Attention8.LARGEST * Attention8.OUTPUT_SCALE);
        Tensor back =
                scaled.mul(rest.transpose(1, 2).unsqueeze(3)).narrow(1, 0, 133).add(mean(v));
        check.same(KernelTrial.made(attended(own, own.part(2), logSums, 133)), back.to(DType.BF16));
    }

    private static Tensor mean(Tensor x) {
        return x.to(DType.F32).mean(true, 1);
    }

    private static Tensor centred(Tensor x) {
        return x.to(DType.F32).sub(mean(x));
    }
}
