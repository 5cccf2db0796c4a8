package io.github.wan4j.core.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** JSON from a file that nobody vouched for: valid UTF-8 only, no name twice in an object, nothing after the end. */
final class StrictJson {
    /** The safetensors format allows no longer header; no index comes near it. */
    static final int MAX_BYTES = 100_000_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // names of a file are read once: no table of them may outlive the read
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private StrictJson() {}

    /** Takes apart one object; the parser stands on its opening brace. */
    interface Reader<T> {
        T read(JsonParser json) throws IOException;
    }

    static <T> T read(Path file, byte[] utf8, String what, Reader<T> reader) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw CheckpointException.of(file, what + " is not valid UTF-8", e);
        }
        try (JsonParser json = FACTORY.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw CheckpointException.of(file, what + " is not a JSON object");
            }
            T value = reader.read(json);
            if (json.nextToken() != null) {
                throw CheckpointException.of(file, what + " goes on after the end of its JSON object");
            }
            return value;
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " (character " + e.getLocation().getCharOffset() + ")";
            throw CheckpointException.of(file, what + " is not valid: " + e.getOriginalMessage() + place, e);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e.getMessage(), e);
        }
    }
}
