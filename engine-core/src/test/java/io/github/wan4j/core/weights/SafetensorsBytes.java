package io.github.wan4j.core.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files from a header written by hand, right or wrong. */
final class SafetensorsBytes {
    private SafetensorsBytes() {}

    /** The header's length, the header (quotes may be written as apostrophes), and so many bytes of data. */
    static byte[] of(String header, int data) {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return of(json.length, json, data);
    }

    static byte[] of(long length, byte[] json, int data) {
        return ByteBuffer.allocate(8 + json.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(json)
                .array();
    }

    static Path write(Path file, String header, int data) throws IOException {
        return Files.write(file, of(header, data));
    }
}
