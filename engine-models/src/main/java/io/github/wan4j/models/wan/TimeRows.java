package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.Tensor;

/**
 * A timestep as the network sees it, one row for each distinct value: e [R, D] f32 for the head; e0 [6, R, D] f32, shift,
 * scale and gate of the two halves of every block. Tokens before {@code split} take row 0 if there are two.
 */
public record TimeRows(Tensor e, Tensor e0, long split) {
    /** The same for {@code count} of the tokens, from {@code from} on. */
    TimeRows narrow(long from, long count) {
        return new TimeRows(e, e0, Math.max(0, Math.min(count, split - from)));
    }

    /** The same with e0 elsewhere in memory. */
    TimeRows with(Tensor otherE0) {
        return new TimeRows(e, otherE0, split);
    }

    /** The rows of one vector [R, D]. */
    Rows rows(Tensor values) {
        return new Rows(values, split);
    }
}
