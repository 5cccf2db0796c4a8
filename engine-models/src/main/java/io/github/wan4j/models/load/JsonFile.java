package io.github.wan4j.models.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** One JSON object in a file, with errors that name the file and the field. */
final class JsonFile {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path file;
    private final JsonNode root;

    private JsonFile(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    static JsonFile read(Path file) {
        try {
            JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
            if (!root.isObject()) {
                throw CheckpointException.of(file, "it holds no JSON object");
            }
            return new JsonFile(file, root);
        } catch (JsonProcessingException e) {
            throw CheckpointException.of(file, "it is no valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw CheckpointException.of(file, "it cannot be read: " + e.getMessage(), e);
        }
    }

    JsonNode root() {
        return root;
    }

    boolean has(String name) {
        return root.hasNonNull(name);
    }

    Optional<String> text(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode node = root.get(name);
        if (!node.isTextual()) {
            throw problem("'" + name + "' is " + node + ", expected a text");
        }
        return Optional.of(node.textValue());
    }

    /** False where it is not said. */
    boolean isTrue(String name) {
        JsonNode node = root.path(name);
        if (has(name) && !node.isBoolean()) {
            throw problem("'" + name + "' is " + node + ", expected true or false");
        }
        return node.booleanValue();
    }

    int integer(String name) {
        JsonNode node = root.path(name);
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw problem("'" + name + "' is " + shown(node) + ", expected a whole number");
        }
        return node.intValue();
    }

    int integer(String name, int otherwise) {
        return has(name) ? integer(name) : otherwise;
    }

    double number(JsonNode node, String name) {
        if (!node.isNumber()) {
            throw problem("'" + name + "' is " + shown(node) + ", expected a number");
        }
        return node.doubleValue();
    }

    double number(String name, double otherwise) {
        return has(name) ? number(root.get(name), name) : otherwise;
    }

    /** An error about this file. */
    CheckpointException problem(String problem) {
        return CheckpointException.of(file, problem);
    }

    CheckpointException problem(String problem, Throwable cause) {
        return CheckpointException.of(file, problem, cause);
    }

    private static String shown(JsonNode node) {
        return node.isMissingNode() ? "missing" : node.toString();
    }
}
