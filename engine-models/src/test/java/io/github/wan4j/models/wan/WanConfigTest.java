package io.github.wan4j.models.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.weights.HeaderOnly;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WanConfigTest {
    private static final String ORIGINAL = """
            {"_class_name": "WanModel", "model_type": "i2v", "dim": 5120, "ffn_dim": 13824, "num_heads": 40, "num_layers": 40,
             "in_dim": 36, "out_dim": 16, "freq_dim": 256, "text_len": 512, "eps": 1e-06}""";
    private static final String DIFFUSERS = """
            {"_class_name": "WanTransformer3DModel", "num_attention_heads": 24, "attention_head_dim": 128, "ffn_dim": 14336,
             "num_layers": 30, "in_channels": 48, "out_channels": 48, "freq_dim": 256, "text_dim": 4096, "eps": 1e-06,
             "patch_size": [1, 2, 2], "cross_attn_norm": true, "qk_norm": "rms_norm_across_heads", "image_dim": null,
             "added_kv_proj_dim": null, "rope_max_seq_len": 1024, "pos_embed_seq_len": null}""";

    private final Path file;

    WanConfigTest(@TempDir Path folder) {
        file = folder.resolve("config.json");
    }

    private WanConfig read(String json) throws IOException {
        Files.writeString(file, json);
        Map<String, long[]> shapes = Map.of("text_embedding.0.weight", new long[] {5120, 4096});
        try (ResidentStore store = new ResidentStore(Device.META, new ReferenceKernels())) {
            return WanConfig.read(file, Weights.of(HeaderOnly.checkpoint(shapes, DType.BF16), store));
        }
    }

    @Test
    void readsTheOriginalNames() throws IOException {
        assertThat(read(ORIGINAL)).isEqualTo(WanConfig.i2vA14b());
    }

    @Test
    void readsTheNamesOfDiffusers() throws IOException {
        assertThat(read(DIFFUSERS)).isEqualTo(WanConfig.ti2v5b());
    }

    @Test
    void knowsTheHeadsOfAllModels() {
        assertThat(WanConfig.t2vA14b().headDim()).isEqualTo(128);
        assertThat(WanConfig.ti2v5b().headDim()).isEqualTo(128);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"dim\": 5120 | \"dim\": 5121 | dim 5121 with 40 heads: a head must have an even number of values",
                "\"dim\": 5120, | '' | dim is missing; expected a whole number",
                "\"num_layers\": 40 | \"num_layers\": 0 | num_layers is 0, must be at least 1",
                "\"num_layers\": 40 | \"num_layers\": 2.5 | num_layers is 2.5; expected a whole number",
                "\"num_layers\": 40 | \"num_layers\": 99999999999 | num_layers is 99999999999; expected a whole number",
                "\"eps\": 1e-06 | \"eps\": \"small\" | eps is \"small\"; expected a number",
                "\"eps\": 1e-06 | \"image_dim\": 1280 | image_dim is 1280; this engine runs networks with null",
                "\"eps\": 1e-06 | \"qk_norm\": false"
                        + " | qk_norm is false; this engine runs networks with true or \"rms_norm_across_heads\"",
                "\"eps\": 1e-06} | \"eps\": 1e-06 | is not JSON:"
            })
    void saysWhatItCannotUse(String part, String instead, String problem) {
        String json = ORIGINAL.replace(part, instead.equals("''") ? "" : instead);
        assertThat(json).isNotEqualTo(ORIGINAL);
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": " + problem);
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertThatThrownBy(() -> new WanConfigFile(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": cannot be read");
    }
}
