package io.github.wan4j.core.weights;

import io.github.wan4j.core.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;

/** Where a tensor lies on disk: {@code bytes} bytes from {@code offset} of a file hold all of its elements. */
public final class TensorEntry {
    /** More dimensions than any layer has; beyond it a header is nonsense. */
    static final int MAX_RANK = 32;

    private final String name;
    private final Path file;
    private final long offset;
    private final long bytes;
    private final DType dtype;
    private final long[] shape;
    private final long[] strides;

    TensorEntry(String name, Path file, long offset, long bytes, DType dtype, long[] shape, long[] strides) {
        this.name = name;
        this.file = file;
        this.offset = offset;
        this.bytes = bytes;
        this.dtype = dtype;
        this.shape = shape.clone();
        this.strides = strides.clone();
    }

    /** A tensor in row-major order. */
    static TensorEntry contiguous(String name, Path file, long offset, long bytes, DType dtype, long... shape) {
        return new TensorEntry(name, file, offset, bytes, dtype, shape, rowMajor(shape));
    }

    /** The same tensor under another name. */
    TensorEntry renamed(String other) {
        return new TensorEntry(other, file, offset, bytes, dtype, shape, strides);
    }

    public String name() {
        return name;
    }

    public Path file() {
        return file;
    }

    /** Position of the first element in the file. */
    public long offset() {
        return offset;
    }

    /** From the first element to the end of the last one in memory order; elements between may belong to others. */
    public long bytes() {
        return bytes;
    }

    public DType dtype() {
        return dtype;
    }

    public long[] shape() {
        return shape.clone();
    }

    /** Distances between neighbours along each dimension, in elements. */
    public long[] strides() {
        return strides.clone();
    }

    /** Number of elements. */
    public long count() {
        long count = 1;
        for (long size : shape) {
            count *= size; // cannot overflow: the readers have checked it
        }
        return count;
    }

    /** Whether the elements lie one after another in row-major order. */
    public boolean isContiguous() {
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && strides[i] != step) {
                return false;
            }
            step *= Math.max(shape[i], 1);
        }
        return true;
    }

    static long[] rowMajor(long... shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(shape[i], 1);
        }
        return strides;
    }

    /**
     * Bytes of a tensor in row-major order.
     *
     * @throws ArithmeticException if that is more than a long holds, zeros in the shape not counted
     */
    static long bytes(DType dtype, long... shape) {
        long product = dtype.bytes();
        boolean empty = false;
        for (long size : shape) {
            empty |= size == 0;
            product = Math.multiplyExact(product, Math.max(size, 1));
        }
        return empty ? 0 : product;
    }

    /** As in error messages: {@code f32[8, 16]}. */
    @Override
    public String toString() {
        return dtype + Arrays.toString(shape);
    }
}
