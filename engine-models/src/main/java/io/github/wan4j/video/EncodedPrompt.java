package io.github.wan4j.video;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A text as the transformer sees it: the text encoder's fp32 output [tokens, dim] in host memory, without padding, and the
 * token ids it came from. Immutable; may be used for any number of requests to models with the same text encoder.
 */
public final class EncodedPrompt {
    private final int[] ids;
    private final float[] values;
    private final int dim;

    private EncodedPrompt(int[] ids, float[] values, int dim) {
        if (ids.length == 0 || dim < 1 || values.length != (long) ids.length * dim) {
            throw new IllegalArgumentException("an encoded prompt of " + ids.length + " tokens of width " + dim
                    + " has " + (long) ids.length * dim + " values, there are " + values.length);
        }
        this.ids = ids;
        this.values = values;
        this.dim = dim;
    }

    /** A copy of the ids and of the values [tokens, dim]. */
    public static EncodedPrompt of(int[] ids, float[] values, int dim) {
        return new EncodedPrompt(ids.clone(), values.clone(), dim);
    }

    /** How many tokens there are, the end token included. */
    public int tokens() {
        return ids.length;
    }

    /** The width of one token's embedding. */
    public int dim() {
        return dim;
    }

    /** The token ids, a copy. */
    public int[] ids() {
        return ids.clone();
    }

    /** All values [tokens, dim], read-only. */
    public FloatBuffer values() {
        return FloatBuffer.wrap(values).asReadOnlyBuffer();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodedPrompt that
                && dim == that.dim
                && Arrays.equals(ids, that.ids)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "encoded prompt [" + tokens() + ", " + dim + "]";
    }
}
