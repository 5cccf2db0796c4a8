package io.github.wan4j.models.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** The reference's pictures: {@code NAME.u8}, {@code NAME.ti2v.AREA.u8} and {@code NAME.i2v.AREA.resized}. */
final class GoldenImages {
    private final ByteBuffer file;
    private final JsonNode header;
    private final int data;

    private GoldenImages(byte[] bytes) throws IOException {
        this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(file.getLong(0));
        this.header = new ObjectMapper().readTree(bytes, Long.BYTES, length);
        this.data = Long.BYTES + length;
    }

    static GoldenImages load() {
        try (InputStream in = GoldenImages.class.getResourceAsStream("/golden/image.safetensors")) {
            return new GoldenImages(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> names() {
        return header.properties().stream().map(Map.Entry::getKey).sorted().toList();
    }

    Rgb8 picture(String name) {
        int[] shape = shape(name);
        byte[] pixels = new byte[bytes(name).remaining()];
        bytes(name).get(pixels);
        return new Rgb8(shape[1], shape[0], pixels);
    }

    float[] floats(String name) {
        float[] values = new float[bytes(name).remaining() / Float.BYTES];
        bytes(name).asFloatBuffer().get(values);
        return values;
    }

    int[] shape(String name) {
        JsonNode shape = header.get(name).get("shape");
        return new int[] {
            shape.get(0).intValue(), shape.get(1).intValue(), shape.get(2).intValue()
        };
    }

    private ByteBuffer bytes(String name) {
        JsonNode offsets = header.get(name).get("data_offsets");
        int begin = offsets.get(0).intValue();
        return file.slice(data + begin, offsets.get(1).intValue() - begin).order(ByteOrder.LITTLE_ENDIAN);
    }
}
