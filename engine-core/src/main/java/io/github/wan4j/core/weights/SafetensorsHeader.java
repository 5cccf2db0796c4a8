package io.github.wan4j.core.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a safetensors file says about itself. The file is
 *
 * <pre>
 * u64 n, little endian | n bytes of JSON {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …} | data
 * </pre>
 *
 * where offsets count from the start of the data, and the tensors fill it to the last byte without gap or overlap.
 * {@link #read} returns only what keeps to that; afterwards every entry lies within the file.
 */
public final class SafetensorsHeader {
    static final String METADATA = "__metadata__";

    private final Map<String, TensorEntry> entries;
    private final Map<String, String> metadata;

    private SafetensorsHeader(Map<String, TensorEntry> entries, Map<String, String> metadata) {
        this.entries = Collections.unmodifiableMap(entries);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /** Reads and validates the header; the data are not touched. */
    public static SafetensorsHeader read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 8) {
                throw CheckpointException.of(file, "is not a safetensors file: it has only " + size + " bytes");
            }
            long length = ByteBuffer.wrap(read(channel, 0, 8))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            if (length < 0 || length > StrictJson.MAX_BYTES) {
                throw CheckpointException.of(
                        file,
                        "is not a safetensors file: it announces a header of " + Long.toUnsignedString(length)
                                + " bytes, the format allows " + StrictJson.MAX_BYTES);
            }
            if (length > size - 8) {
                throw CheckpointException.of(
                        file,
                        "is truncated: it announces a header of " + length + " bytes and has " + (size - 8) + " left");
            }
            return parse(file, read(channel, 8, (int) length), 8 + length, size);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
    }

    private static byte[] read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        return buffer.array();
    }

    private static SafetensorsHeader parse(Path file, byte[] utf8, long dataStart, long fileSize) {
        Map<String, TensorEntry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        StrictJson.read(file, utf8, "the header", json -> {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    throw CheckpointException.ofTensor(file, name, "is described by something other than an object");
                }
                if (name.equals(METADATA)) {
                    metadata(file, json, metadata);
                } else {
                    entries.put(name, entry(file, name, json, dataStart, fileSize));
                }
            }
            return entries;
        });
        requireDense(file, entries, dataStart, fileSize);
        return new SafetensorsHeader(entries, metadata);
    }

    private static void metadata(Path file, JsonParser json, Map<String, String> metadata) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw CheckpointException.of(file, "the metadata value of '" + key + "' is not a string");
            }
            metadata.put(key, json.getText());
        }
    }

    private static TensorEntry entry(Path file, String name, JsonParser json, long dataStart, long fileSize)
            throws IOException {
        DType dtype = null;
        long[] shape = null;
        long[] range = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> dtype = dtype(file, name, json);
                case "shape" -> shape = sizes(file, name, "shape", TensorEntry.MAX_RANK, json);
                case "data_offsets" -> range = sizes(file, name, "data_offsets", 2, json);
                default -> json.skipChildren();
            }
        }
        if (dtype == null || shape == null || range == null || range.length != 2) {
            throw CheckpointException.ofTensor(file, name, "lacks its dtype, its shape or its pair of data_offsets");
        }
        if (range[0] > range[1] || range[1] > fileSize) {
            throw CheckpointException.ofTensor(
                    file, name, "has data_offsets " + Arrays.toString(range) + " in a file of " + fileSize + " bytes");
        }
        long bytes = range[1] - range[0];
        if (bytes != bytes(file, name, dtype, shape)) {
            throw CheckpointException.ofTensor(
                    file,
                    name,
                    "is " + dtype + Arrays.toString(shape) + " but has " + bytes + " bytes, data_offsets "
                            + Arrays.toString(range));
        }
        return TensorEntry.contiguous(name, file, dataStart + range[0], bytes, dtype, shape);
    }

    private static DType dtype(Path file, String name, JsonParser json) throws IOException {
        String text = json.getText();
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(text)) { // the format and the enum use the same names
                return dtype;
            }
        }
        throw CheckpointException.ofTensor(
                file, name, "has the unknown dtype '" + text + "'; known are " + Arrays.toString(DType.values()));
    }

    private static long[] sizes(Path file, String name, String field, int most, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw CheckpointException.ofTensor(file, name, "has a " + field + " that is not a list");
        }
        long[] sizes = new long[most];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || count == most) {
                throw CheckpointException.ofTensor(
                        file, name, "has a " + field + " that is not a list of at most " + most + " whole numbers");
            }
            sizes[count] = json.getLongValue();
            if (sizes[count++] < 0) {
                throw CheckpointException.ofTensor(file, name, "has a negative number in its " + field);
            }
        }
        return Arrays.copyOf(sizes, count);
    }

    private static long bytes(Path file, String name, DType dtype, long[] shape) {
        try {
            return TensorEntry.bytes(dtype, shape);
        } catch (ArithmeticException e) {
            throw CheckpointException.ofTensor(
                    file, name, "is " + dtype + Arrays.toString(shape) + ", larger than any file");
        }
    }

    private static void requireDense(Path file, Map<String, TensorEntry> entries, long dataStart, long fileSize) {
        List<TensorEntry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(TensorEntry::offset).thenComparingLong(TensorEntry::bytes));
        long end = dataStart;
        String before = "the header";
        for (TensorEntry entry : sorted) {
            if (entry.offset() != end) {
                throw CheckpointException.ofTensor(
                        file,
                        entry.name(),
                        entry.offset() < end
                                ? "overlaps " + before + " by " + (end - entry.offset()) + " bytes"
                                : "begins " + (entry.offset() - end) + " bytes after the end of " + before);
            }
            end = entry.offset() + entry.bytes();
            before = "tensor '" + entry.name() + "'";
        }
        if (end > fileSize) {
            throw CheckpointException.of(
                    file, "is truncated: it has " + fileSize + " bytes, its header speaks of " + end);
        }
        if (end < fileSize) {
            throw CheckpointException.of(file, "has " + (fileSize - end) + " bytes that belong to no tensor");
        }
    }

    /** By name, in the order of the header. */
    public Map<String, TensorEntry> entries() {
        return entries;
    }

    /** What the writer noted down, such as {@code format}. */
    public Map<String, String> metadata() {
        return metadata;
    }
}
