package io.github.wan4j.core.weights;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A weight [rows, columns], or [columns] as one row, read on the heap some rows at a time: for the few numbers that are wanted
 * before any native library is loaded. May be used by several threads.
 */
public final class MatrixOnDisk implements AutoCloseable {
    private final TensorEntry entry;
    private final FileChannel channel;
    private final int rows;
    private final int columns;

    private MatrixOnDisk(TensorEntry entry, FileChannel channel, int rows, int columns) {
        this.entry = entry;
        this.channel = channel;
        this.rows = rows;
        this.columns = columns;
    }

    public static MatrixOnDisk open(TensorEntry entry) {
        long[] shape = entry.shape();
        DType dtype = entry.dtype();
        boolean readable = dtype == DType.F32 || dtype == DType.F16 || dtype == DType.BF16;
        if (shape.length < 1 || shape.length > 2 || !readable || !entry.isContiguous()) {
            throw CheckpointException.ofTensor(
                    entry.file(), entry.name(), "is " + entry + ", expected a plain matrix of f32, f16 or bf16");
        }
        int rows = shape.length == 1 ? 1 : Math.toIntExact(shape[0]);
        int columns = Math.toIntExact(shape[shape.length - 1]);
        try {
            return new MatrixOnDisk(entry, FileChannel.open(entry.file(), StandardOpenOption.READ), rows, columns);
        } catch (IOException e) {
            throw unreadable(entry, e);
        }
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** {@code count} rows from {@code first} on, one after the other. */
    public float[] read(int first, int count) {
        int width = entry.dtype().bytes();
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(count * columns, width)).order(ByteOrder.LITTLE_ENDIAN);
        long position = entry.offset() + (long) first * columns * width;
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, position + bytes.position()) < 0) {
                    throw CheckpointException.ofTensor(entry.file(), entry.name(), "ends early: the file was cut");
                }
            }
        } catch (IOException e) {
            throw unreadable(entry, e);
        }
        return floats(bytes.flip(), new float[count * columns]);
    }

    private float[] floats(ByteBuffer bytes, float[] values) {
        if (entry.dtype() == DType.F32) {
            bytes.asFloatBuffer().get(values);
            return values;
        }
        boolean bf16 = entry.dtype() == DType.BF16;
        for (int i = 0; i < values.length; i++) {
            short bits = bytes.getShort();
            values[i] = bf16 ? Float.intBitsToFloat(bits << 16) : half(bits);
        }
        return values;
    }

    /** IEEE 754 binary16; Java has it from 20 on. */
    private static float half(short bits) {
        int exponent = bits >> 10 & 31;
        int mantissa = bits & 1023;
        float size = switch (exponent) {
            case 0 -> mantissa * 0x1p-24f;
            case 31 -> mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            default -> (1024 + mantissa) * (float) Math.scalb(1.0, exponent - 25);
        };
        return bits < 0 ? -size : size;
    }

    private static CheckpointException unreadable(TensorEntry entry, IOException e) {
        return CheckpointException.of(entry.file(), "it cannot be read: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(entry, e);
        }
    }

    @Override
    public String toString() {
        return entry.name() + " " + Arrays.toString(entry.shape());
    }
}
