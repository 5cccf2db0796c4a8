package io.github.wan4j.models.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The published numbers, which lie beside the classes as JSON. */
final class PlanData {
    private static final String FOLDER = "/wan4j/plan/";

    private PlanData() {}

    /** The entry of a name in a file's list of models. */
    static JsonNode named(String file, String name) {
        for (JsonNode model : read(file).get("models")) {
            if (model.get("name").asText().equals(name)) {
                return model;
            }
        }
        throw new IllegalArgumentException(file + " has no '" + name + "', it has " + String.join(", ", names(file)));
    }

    /** The names in a file's list of models. */
    static List<String> names(String file) {
        List<String> names = new ArrayList<>();
        read(file).get("models").forEach(model -> names.add(model.get("name").asText()));
        return names;
    }

    static double[] doubles(JsonNode list) {
        double[] values = new double[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).asDouble();
        }
        return values;
    }

    static List<Double> list(JsonNode list) {
        return Arrays.stream(doubles(list)).boxed().toList();
    }

    static JsonNode read(String file) {
        return find(file)
                .orElseThrow(() -> new IllegalStateException(FOLDER + file + " is missing from the class path"));
    }

    /** A file that need not be there. */
    static Optional<JsonNode> find(String file) {
        try (InputStream in = PlanData.class.getResourceAsStream(FOLDER + file)) {
            return in == null ? Optional.empty() : Optional.of(new ObjectMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
