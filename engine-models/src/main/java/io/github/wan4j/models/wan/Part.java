package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive tokens that pass a block together. Only keys and values have to be there for all tokens at once, so of a long
 * sequence everything else is made part by part: of 75,600 tokens each tensor [L, D] that is not is 0.7 GiB.
 */
record Part(long from, long count, long copies, TimeRows time, Rotation rotation) {
    /** Up to here tokens pass as one: it saves computing the first norm twice. */
    private static final long MOST_AT_ONCE = 40_960;

    /** 99 tiles of 128 rows: with the 20 tiles of a square product's columns 15 times as many as an H200 takes at once. */
    private static final long AT_A_TIME = 12_672;

    /** How many of so many tokens are worth a part. */
    static long atOnce(long tokens) {
        return tokens <= MOST_AT_ONCE ? MOST_AT_ONCE : AT_A_TIME;
    }

    /** All tokens of a sequence, the last {@code copies} of which equal the one before and must not count. */
    static List<Part> of(TimeRows time, Rotation rotation, long tokens, long copies, long most) {
        List<Part> parts = new ArrayList<>();
        for (long from = 0; from < tokens; from += most) {
            long count = Math.min(most, tokens - from);
            long own = Math.min(count, Math.max(0, from + count - (tokens - copies)));
            parts.add(new Part(from, count, own, time.narrow(from, count), rotation.narrow(from, count)));
        }
        return parts;
    }

    /** Its rows of x [B, L, D]; they share its memory where they can. */
    Tensor rowsOf(Tensor x) {
        return x.narrow(1, from, count).contiguous();
    }

    /** Its rows of x [B, L, D], in memory of their own. */
    Tensor copyOf(Tensor x) {
        try (Scope scope = Scope.open("dit.part")) {
            return scope.keep(x.narrow(1, from, count).copy());
        }
    }
}
