package io.github.wan4j.core.weights;

import io.github.wan4j.core.tensor.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** Checkpoints of any size that have names, dtypes and shapes but no values. */
public final class HeaderOnly {
    private HeaderOnly() {}

    /** One that lies nowhere; bind it on the meta device. */
    public static Checkpoint checkpoint(Map<String, long[]> shapes, DType dtype) {
        Path nowhere = Path.of("header-only.safetensors");
        Map<String, TensorEntry> entries = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            long bytes = TensorEntry.bytes(dtype, tensor.getValue());
            entries.put(
                    tensor.getKey(),
                    TensorEntry.contiguous(tensor.getKey(), nowhere, offset, bytes, dtype, tensor.getValue()));
            offset += bytes;
        }
        return new Checkpoint(nowhere, entries, new MappedFiles());
    }

    /** A safetensors file whose data are a hole: its size is right, all values are zero, and it takes no space. */
    public static void write(Path file, Map<String, long[]> shapes, DType dtype) throws IOException {
        StringJoiner json = new StringJoiner(",", "{", "}");
        long offset = 0;
        for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            long end = offset + TensorEntry.bytes(dtype, tensor.getValue());
            json.add("\"" + tensor.getKey() + "\":{\"dtype\":\"" + dtype.name() + "\",\"shape\":"
                    + Arrays.toString(tensor.getValue()) + ",\"data_offsets\":[" + offset + "," + end + "]}");
            offset = end;
        }
        byte[] header = json.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (header.length + 7) / 8 * 8;
        ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(padded).put(header);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.write(start.array());
            random.setLength(8 + padded + offset);
        }
    }
}
