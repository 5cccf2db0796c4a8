package io.github.wan4j.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.wan4j.core.weights.Checkpoint;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A checkpoint of a published model's names and shapes whose values are a hole in a file: right in size, without space. */
final class HeaderFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final Checkpoint checkpoint;

    /** model: {@code t2v-a14b}, {@code i2v-a14b}, {@code ti2v-5b}, {@code umt5-xxl}, {@code vae-2.1} or {@code vae-2.2}. */
    HeaderFile(String model) {
        try {
            file = Files.createTempFile("wan4j-" + model, ".safetensors");
            write(file, model, "BF16", 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        checkpoint = Checkpoint.open(file);
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    private static List<String> lines(String model) throws IOException {
        String resource = "/wan4j/bench/tensors/" + model + ".txt";
        try (InputStream in = HeaderFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException("no resource " + resource);
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList();
        }
    }

    /** The header of a model, and a hole in the place of its values, each of so many bytes. */
    static void write(Path file, String model, String dtype, int bytes) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        long offset = 0;
        for (String line : lines(model)) {
            String[] parts = line.split(" ", 2); // a name and its sizes
            ObjectNode tensor = header.putObject(parts[0]).put("dtype", dtype);
            ArrayNode shape = tensor.putArray("shape");
            Arrays.stream(parts[1].split(",", -1)).mapToLong(Long::parseLong).forEach(shape::add);
            long count = Arrays.stream(parts[1].split(",", -1))
                    .mapToLong(Long::parseLong)
                    .reduce(1, Math::multiplyExact);
            tensor.putArray("data_offsets").add(offset).add(offset + bytes * count);
            offset += bytes * count;
        }
        byte[] text = JSON.writeValueAsBytes(header);
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(length.putLong(text.length).array());
            out.write(text);
            out.setLength(Long.BYTES + text.length + offset);
        }
    }

    @Override
    public void close() {
        checkpoint.close();
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
