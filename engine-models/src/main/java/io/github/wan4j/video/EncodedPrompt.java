package io.github.wan4j.video;

import io.github.wan4j.core.weights.SafetensorsReader;
import io.github.wan4j.core.weights.SafetensorsWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A text as the transformer sees it: the text encoder's fp32 output [tokens, dim] in host memory, without padding, and the
 * token ids it came from. Immutable; may be used for any number of requests to models with the same text encoder.
 */
public final class EncodedPrompt {
    private static final String IDS = "ids";
    private static final String VALUES = "embedding";

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

    /** Reads what {@link #save} wrote. */
    public static EncodedPrompt read(Path safetensors) {
        SafetensorsReader reader = SafetensorsReader.open(safetensors);
        long[] ids = reader.longs(IDS);
        float[] values = reader.floats(VALUES);
        long[] shape = reader.shape(VALUES);
        boolean isId = Arrays.stream(ids).allMatch(id -> id >= 0 && id <= Integer.MAX_VALUE);
        if (ids.length == 0 || !isId || shape.length != 2 || shape[0] != ids.length || shape[1] < 1) {
            throw new InvalidRequestException("'" + safetensors + "' holds no encoded prompt: " + ids.length
                    + " ids and an embedding of shape " + Arrays.toString(shape) + ", expected [" + ids.length
                    + ", width]");
        }
        return new EncodedPrompt(
                Arrays.stream(ids).mapToInt(Math::toIntExact).toArray(), values, Math.toIntExact(shape[1]));
    }

    /** Writes a safetensors file of the tensors {@code ids} and {@code embedding}; an existing file is replaced. */
    public void save(Path safetensors) {
        new SafetensorsWriter()
                .add(IDS, Arrays.stream(ids).asLongStream().toArray(), ids.length)
                .add(VALUES, values, ids.length, dim)
                .write(safetensors);
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
