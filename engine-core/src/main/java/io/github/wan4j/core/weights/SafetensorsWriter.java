package io.github.wan4j.core.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Writes a safetensors file: collect tensors with {@link #add}, then {@link #write}. Values are asked for only while they
 * are written, one tensor after another, so a file may be larger than memory. The file appears under its name when it is
 * complete, or not at all.
 *
 * <p>As in the reference writer, larger element types come first, so that every tensor lies at a multiple of its element
 * size and can be mapped in place; then names in order.
 */
public final class SafetensorsWriter {
    /** Writes the values of one tensor, in row-major order and little endian. */
    @FunctionalInterface
    public interface Source {
        void writeTo(OutputStream out) throws IOException;
    }

    private record Item(String name, DType dtype, List<Long> shape, long bytes, Source source) {}

    private static final int CHUNK = 1 << 22;

    private final Map<String, Item> items = new TreeMap<>();
    private final Map<String, String> metadata = new TreeMap<>();

    /** Notes a text down in the file's header. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** A tensor whose values {@code source} will write, exactly as many bytes as dtype and shape have. */
    public SafetensorsWriter add(String name, DType dtype, long[] shape, Source source) {
        if (name.equals(SafetensorsHeader.METADATA) || items.containsKey(name)) {
            throw new IllegalArgumentException("the name '" + name + "' is taken");
        }
        if (Arrays.stream(shape).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException("tensor '" + name + "' has the shape " + Arrays.toString(shape));
        }
        List<Long> sizes = Arrays.stream(shape).boxed().toList();
        items.put(name, new Item(name, dtype, sizes, TensorEntry.bytes(dtype, shape), source));
        return this;
    }

    /** A tensor on any device, which must live until the file is written. */
    public SafetensorsWriter add(String name, Tensor tensor) {
        return add(name, tensor.dtype(), tensor.shape(), new TensorSource(tensor));
    }

    /** Values as f32. */
    public SafetensorsWriter add(String name, float[] values, long... shape) {
        requireCount(name, values.length, shape);
        return add(name, DType.F32, shape, out -> {
            for (int start = 0; start < values.length; start += CHUNK / Float.BYTES) {
                int count = Math.min(values.length - start, CHUNK / Float.BYTES);
                ByteBuffer buffer = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                buffer.asFloatBuffer().put(values, start, count);
                out.write(buffer.array());
            }
        });
    }

    /** Values as i64. */
    public SafetensorsWriter add(String name, long[] values, long... shape) {
        requireCount(name, values.length, shape);
        return add(name, DType.I64, shape, out -> {
            ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(values.length, Long.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            buffer.asLongBuffer().put(values);
            out.write(buffer.array());
        });
    }

    /** Values as u8. */
    public SafetensorsWriter add(String name, byte[] values, long... shape) {
        return add(name, DType.U8, values, shape);
    }

    /** The raw little-endian bytes of any dtype. */
    public SafetensorsWriter add(String name, DType dtype, byte[] values, long... shape) {
        requireCount(name, values.length / dtype.bytes(), shape);
        return add(name, dtype, shape, out -> out.write(values));
    }

    private static void requireCount(String name, long count, long... shape) {
        if (count != TensorEntry.bytes(DType.U8, shape)) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "' has " + count + " values for the shape " + Arrays.toString(shape));
        }
    }

    /** Writes the file, replacing one that is there. */
    public void write(Path file) {
        Path target = file.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CheckpointException.of(file, "cannot be written: there is no folder " + folder);
        }
        Path part = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                writeTo(file, channel);
            }
            move(part, target);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be written: " + e, e);
        } finally {
            remove(file, part);
        }
    }

    private static void move(Path part, Path target) throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void remove(Path file, Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw CheckpointException.of(file, "could not be written, and neither could " + part + " be deleted", e);
        }
    }

    private void writeTo(Path file, FileChannel channel) throws IOException {
        List<Item> order = new ArrayList<>(items.values());
        order.sort(Comparator.comparing(item -> -item.dtype.bytes())); // stable: names stay in order
        byte[] header = header(order);
        int padded = (header.length + 7) / 8 * 8;
        if (padded > StrictJson.MAX_BYTES) {
            throw CheckpointException.of(file, "cannot be written: its header of " + padded + " bytes is too long");
        }
        ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(padded).put(header);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        OutputStream out = Channels.newOutputStream(channel);
        out.write(start.array());
        for (Item item : order) {
            long before = channel.position();
            item.source.writeTo(out);
            long written = channel.position() - before;
            if (written != item.bytes) {
                throw CheckpointException.ofTensor(
                        file, item.name, "was written with " + written + " bytes, its shape has " + item.bytes);
            }
        }
    }

    private byte[] header(List<Item> order) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long begin = 0;
            for (Item item : order) {
                json.writeObjectFieldStart(item.name);
                json.writeStringField("dtype", item.dtype.name());
                writeNumbers(json, "shape", item.shape);
                writeNumbers(json, "data_offsets", List.of(begin, begin + item.bytes));
                json.writeEndObject();
                begin = Math.addExact(begin, item.bytes);
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void writeNumbers(JsonGenerator json, String field, List<Long> numbers) throws IOException {
        json.writeArrayFieldStart(field);
        for (long number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }

    /** A tensor's bytes, fetched from its device piece by piece. */
    private record TensorSource(Tensor tensor) implements Source {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (Scope scope = Scope.open("safetensors.write")) {
                Tensor bytes = tensor.contiguous().reshape(tensor.count()).view(DType.U8);
                for (long start = 0; start < bytes.count(); start += CHUNK) {
                    write(out, bytes, start, Math.min(bytes.count() - start, CHUNK));
                }
            }
        }

        private static void write(OutputStream out, Tensor bytes, long start, long length) throws IOException {
            try (Scope scope = Scope.open("safetensors.chunk")) {
                out.write(bytes.narrow(0, start, length).toBytes());
            }
        }
    }
}
