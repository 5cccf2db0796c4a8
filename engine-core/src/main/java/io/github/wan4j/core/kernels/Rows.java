package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;

/**
 * A vector for every token, stored once per distinct timestep: values [R, D] f32. With one row all tokens share it; with
 * two (image-conditioned TI2V) the first {@code split} tokens take row 0 and the rest row 1.
 */
public record Rows(Tensor values, long split) {
    public Rows {
        long rows = values.size(0);
        if (values.rank() != 2 || rows < 1 || rows > 2 || split < 0) {
            throw new IllegalArgumentException(
                    "rows are " + values + " with split " + split + ", expected [1 or 2, D]");
        }
    }

    /** One row [1, D] for all tokens. */
    public static Rows shared(Tensor row) {
        return new Rows(row, 0);
    }

    /** The rows written out so that they broadcast against [B, tokens, D]: [1, 1, D] or [1, tokens, D]. */
    public Tensor over(long tokens) {
        if (values.size(0) == 1) {
            return values.unsqueeze(0);
        }
        long dim = values.size(1);
        Tensor first = values.narrow(0, 0, 1).expand(split, dim);
        Tensor rest = values.narrow(0, 1, 1).expand(tokens - split, dim);
        return Tensors.cat(0, first, rest).unsqueeze(0);
    }
}
