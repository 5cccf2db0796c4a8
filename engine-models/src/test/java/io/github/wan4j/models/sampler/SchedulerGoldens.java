package io.github.wan4j.models.sampler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What the reference's schedulers did, read without the engine's own readers. */
final class SchedulerGoldens {
    private final JsonNode header;
    private final ByteBuffer data;

    SchedulerGoldens() {
        byte[] file = bytes("/golden/schedulers.safetensors");
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(buffer.getLong());
        header = json(Arrays.copyOfRange(file, 8, 8 + length));
        data = buffer.position(8 + length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The tables of timesteps and sigmas of every model's defaults, and further trajectories. */
    static JsonNode schedules() {
        return json(bytes("/golden/schedules.json"));
    }

    static float[] floats(JsonNode list) {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) list.get(i).asDouble();
        }
        return values;
    }

    /** Names such as {@code unipc.20.12}: kind, steps, shift. */
    List<String> runs() {
        List<String> runs = new ArrayList<>();
        header.fieldNames().forEachRemaining(name -> {
            if (name.endsWith(".x")) {
                runs.add(name.substring(0, name.length() - 2));
            }
        });
        return runs;
    }

    float[] get(String name) {
        JsonNode offsets = Objects.requireNonNull(header.get(name), name).get("data_offsets");
        int from = offsets.get(0).asInt();
        float[] values = new float[(offsets.get(1).asInt() - from) / 4];
        data.slice(from, values.length * 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = Objects.requireNonNull(SchedulerGoldens.class.getResourceAsStream(resource), resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(byte[] text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
