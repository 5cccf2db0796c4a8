package io.github.wan4j.core.weights;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Tensors of one safetensors file as Java arrays, for data that are small and wanted on the heap: noise, latents, test
 * data. Needs no native library. Weights go through {@link Checkpoint}.
 */
public final class SafetensorsReader {
    private final Path file;
    private final SafetensorsHeader header;

    private SafetensorsReader(Path file, SafetensorsHeader header) {
        this.file = file;
        this.header = header;
    }

    /** Reads the header; tensors are read when asked for, and no file stays open. */
    public static SafetensorsReader open(Path file) {
        return new SafetensorsReader(file, SafetensorsHeader.read(file));
    }

    public SafetensorsHeader header() {
        return header;
    }

    public Set<String> names() {
        return header.entries().keySet();
    }

    /** The entry of that name; an error that names the tensor if there is none. */
    public TensorEntry entry(String name) {
        TensorEntry entry = header.entries().get(name);
        if (entry == null) {
            throw CheckpointException.ofTensor(file, name, "is not in the file; it holds " + Names.list(names()));
        }
        return entry;
    }

    public long[] shape(String name) {
        return entry(name).shape();
    }

    /** The values of an f32 tensor. */
    public float[] floats(String name) {
        ByteBuffer buffer = buffer(name, DType.F32);
        float[] values = new float[buffer.remaining() / Float.BYTES];
        buffer.asFloatBuffer().get(values);
        return values;
    }

    /** The values of an i64 tensor. */
    public long[] longs(String name) {
        ByteBuffer buffer = buffer(name, DType.I64);
        long[] values = new long[buffer.remaining() / Long.BYTES];
        buffer.asLongBuffer().get(values);
        return values;
    }

    /** The bytes of a tensor of any dtype, little endian. */
    public byte[] bytes(String name) {
        return read(entry(name));
    }

    private ByteBuffer buffer(String name, DType dtype) {
        TensorEntry entry = entry(name);
        if (entry.dtype() != dtype) {
            throw CheckpointException.mismatch(file, name, dtype.toString(), entry.toString());
        }
        return ByteBuffer.wrap(read(entry)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] read(TensorEntry entry) {
        if (entry.bytes() > Integer.MAX_VALUE - 8) {
            throw CheckpointException.ofTensor(file, entry.name(), "is " + entry + ", too large for a Java array");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) entry.bytes());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, entry.offset() + buffer.position()) < 0) {
                    throw new EOFException("the file became shorter after its header was read");
                }
            }
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
        return buffer.array();
    }
}
