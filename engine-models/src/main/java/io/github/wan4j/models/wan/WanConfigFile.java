package io.github.wan4j.models.wan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A transformer's {@code config.json}, in the names of the original release or of diffusers. */
final class WanConfigFile {
    private static final int TEXT_LENGTH = 512;
    private static final int FREQ_DIM = 256;
    private static final double EPS = 1e-6;

    private final Path file;
    private final JsonNode json;

    WanConfigFile(Path file) {
        this.file = file;
        try {
            json = new ObjectMapper().readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw CheckpointException.of(file, "is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
        if (!json.isObject()) {
            throw CheckpointException.of(file, "does not hold an object");
        }
    }

    /** The configuration; the width of encoded prompts is not always written, so the caller has read it off the weights. */
    WanConfig config(int textDim) {
        require("patch_size", "[1,2,2]");
        require("window_size", "[-1,-1]");
        require("cross_attn_norm", "true");
        require("qk_norm", "true", "\"rms_norm_across_heads\"");
        require("image_dim");
        require("added_kv_proj_dim");
        boolean diffusers = json.has("num_attention_heads");
        try {
            return new WanConfig(
                    diffusers
                            ? Math.multiplyExact(integer("num_attention_heads"), integer("attention_head_dim"))
                            : integer("dim"),
                    integer("ffn_dim"),
                    integer(diffusers ? "num_attention_heads" : "num_heads"),
                    integer("num_layers"),
                    integer(diffusers ? "in_channels" : "in_dim"),
                    integer(diffusers ? "out_channels" : "out_dim"),
                    integer("freq_dim", FREQ_DIM),
                    integer("text_len", TEXT_LENGTH),
                    textDim,
                    number("eps", EPS));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw CheckpointException.of(file, String.valueOf(e.getMessage()), e);
        }
    }

    /** What this network is made for: a field that is there must have one of these values, or be null. */
    private void require(String field, String... supported) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return;
        }
        for (String one : supported) {
            if (value.toString().equals(one)) {
                return;
            }
        }
        throw CheckpointException.of(
                file,
                field + " is " + value + "; this engine runs networks with "
                        + (supported.length == 0 ? "null" : String.join(" or ", supported)));
    }

    private int integer(String field, int missing) {
        return json.hasNonNull(field) ? integer(field) : missing;
    }

    private int integer(String field) {
        JsonNode value = json.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw CheckpointException.of(
                    file, field + " is " + (value.isMissingNode() ? "missing" : value) + "; expected a whole number");
        }
        return value.intValue();
    }

    private double number(String field, double missing) {
        JsonNode value = json.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isNumber()) {
            throw CheckpointException.of(file, field + " is " + value + "; expected a number");
        }
        return value.doubleValue();
    }
}
