package io.github.wan4j.video;

import io.github.wan4j.core.weights.SafetensorsReader;
import io.github.wan4j.core.weights.SafetensorsWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** The compressed form in which a video is sampled: normalised fp32 values [C, T, h, w] in host memory. Immutable. */
public final class Latents {
    private final float[] values;
    private final int[] shape;

    private Latents(float[] values, int[] shape) {
        if (shape.length != 4 || Arrays.stream(shape).anyMatch(side -> side < 1)) {
            throw new IllegalArgumentException("latents have a shape [C, T, h, w], not " + Arrays.toString(shape));
        }
        long count = Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
        if (values.length != count) {
            throw new IllegalArgumentException("latents of shape " + Arrays.toString(shape) + " have " + count
                    + " values, there are " + values.length);
        }
        this.values = values;
        this.shape = shape;
    }

    /** A copy of the values in the order of the shape [C, T, h, w]. */
    public static Latents of(float[] values, int... cthw) {
        return new Latents(values.clone(), cthw.clone());
    }

    /** One f32 tensor [C, T, h, w] of a safetensors file. */
    public static Latents read(Path safetensors, String name) {
        SafetensorsReader reader = SafetensorsReader.open(safetensors);
        float[] values = reader.floats(name);
        long[] shape = reader.shape(name);
        if (shape.length != 4 || values.length == 0) {
            throw new InvalidRequestException("tensor '" + name + "' of '" + safetensors + "' has the shape "
                    + Arrays.toString(shape) + ", latents have four sides [C, T, h, w]");
        }
        return new Latents(
                values, Arrays.stream(shape).mapToInt(Math::toIntExact).toArray());
    }

    /** Writes a safetensors file of one tensor; an existing file is replaced. */
    public void save(Path safetensors, String name) {
        long[] sides = Arrays.stream(shape).asLongStream().toArray();
        new SafetensorsWriter().add(name, values, sides).write(safetensors);
    }

    /** [C, T, h, w], a copy. */
    public int[] shape() {
        return shape.clone();
    }

    public int channels() {
        return shape[0];
    }

    /** Latent frames T; the video has 4(T-1)+1. */
    public int frames() {
        return shape[1];
    }

    public int height() {
        return shape[2];
    }

    public int width() {
        return shape[3];
    }

    /** All values, read-only. */
    public FloatBuffer values() {
        return FloatBuffer.wrap(values).asReadOnlyBuffer();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Latents that && Arrays.equals(shape, that.shape) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "latents " + Arrays.toString(shape);
    }
}
