package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;

/**
 * Rotary position embedding of a token grid: cos and sin [L, d/2], one angle for each interleaved pair of a head, f64 or the
 * f32 next to it.
 */
public record Rotation(Tensor cos, Tensor sin) {
    /** Followed by so many copies of the last token's angles. */
    public Rotation withCopies(long copies) {
        return new Rotation(withCopies(cos, copies), withCopies(sin, copies));
    }

    private static Tensor withCopies(Tensor table, long copies) {
        Tensor last = table.narrow(0, table.size(0) - 1, 1);
        return Tensors.cat(0, table, last.expand(copies, table.size(1)));
    }

    /** That of {@code count} tokens from {@code from} on. */
    public Rotation narrow(long from, long count) {
        return new Rotation(cos.narrow(0, from, count), sin.narrow(0, from, count));
    }
}
