package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.SafetensorsWriter;
import io.github.wan4j.video.ModelSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a folder is one sentence, when the engine is opened. */
@ExtendWith(NoTensorLeaks.class)
class BadFoldersTest {
    private static final String SECOND = "diffusion_pytorch_model-00002-of-00002.safetensors";

    private final Path folder;

    BadFoldersTest(@TempDir Path folder) {
        this.folder = folder.resolve("model");
    }

    private void copyMini() {
        MiniFolders.copy(MiniFolders.unpacked("mini-t2v"), folder);
    }

    private String problem() {
        CheckpointException e = catchThrowableOfType(CheckpointException.class, () -> open(folder));
        assertThat(e).as("an error").isNotNull();
        assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(600);
        assertThat(SmallJobs.engineThreads()).isEmpty();
        return String.valueOf(e.getMessage());
    }

    private static void open(Path folder) {
        try (VideoEngine engine = VideoEngine.open(ModelSource.of(folder.toString()), EngineConfig.fromEnvironment())) {
            assertThat(engine).isNull();
        }
    }

    @Test
    void aFolderThatIsNotThere() throws IOException {
        assertThat(problem())
                .isEqualTo(folder + ": there is no such model folder; bundled models are mini-t2v, mini-ti2v");
        Files.writeString(folder, "a file");
        assertThat(problem()).isEqualTo(folder + ": this is a file, expected a model folder");
    }

    @Test
    void aFolderWithoutAModel() throws IOException {
        Files.createDirectory(folder);
        assertThat(problem()).contains("the folder is empty").contains("model_index.json");
        Files.writeString(folder.resolve("README.md"), "nothing here");
        assertThat(problem()).contains("the folder holds no model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "low_noise_model/config.json | the model folder has no low_noise_model/config.json",
                "Wan2.1_VAE.pth | the folder has no VAE",
                "models_t5_umt5-xxl-enc-bf16.pth | the folder has no text encoder",
                "google/umt5-xxl/tokenizer.json | the model folder has no google/umt5-xxl/tokenizer.json",
                "high_noise_model/" + SECOND + " | shard '" + SECOND + "' is missing",
            })
    void aFolderInWhichAFileIsMissing(String file, String problem) throws IOException {
        copyMini();
        Files.delete(folder.resolve(file));
        assertThat(problem()).contains(problem);
    }

    @Test
    void aFolderWithTwoAutoencoders() throws IOException {
        copyMini();
        Files.copy(folder.resolve("Wan2.1_VAE.pth"), folder.resolve("Wan2.2_VAE.pth"));
        assertThat(problem()).contains("more than one VAE").contains("leave one");
    }

    @Test
    void aShardThatWasCutOff() throws IOException {
        copyMini();
        Path shard = folder.resolve("low_noise_model").resolve(SECOND);
        try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
            file.setLength(file.length() - 1000);
        }
        assertThat(problem()).contains(SECOND);
    }

    @Test
    void aTensorOfAnotherShape() throws IOException {
        copyMini();
        Path shard = folder.resolve("low_noise_model").resolve(SECOND);
        Path changed = shard.resolveSibling("changed");
        try (Checkpoint checkpoint = Checkpoint.open(shard);
                Scope scope = Scope.open("change")) {
            SafetensorsWriter writer = new SafetensorsWriter();
            for (String name : checkpoint.names()) {
                var tensor = checkpoint.tensor(checkpoint.entry(name));
                writer.add(
                        name,
                        name.endsWith("ffn.2.bias") ? tensor.narrow(0, 0, 7).contiguous() : tensor);
            }
            writer.write(changed);
        }
        Files.delete(shard);
        Files.move(changed, shard);
        assertThat(problem()).contains("misshaped").contains("ffn.2.bias").contains("expected");
    }

    @Test
    void aTensorTooMany() throws IOException {
        copyMini();
        Path vae = folder.resolve("Wan2.1_VAE.pth");
        try (Checkpoint checkpoint = Checkpoint.open(vae);
                Scope scope = Scope.open("change")) {
            SafetensorsWriter writer = new SafetensorsWriter().add("surplus", new float[1], 1);
            for (String name : checkpoint.names()) {
                writer.add(name, checkpoint.tensor(checkpoint.entry(name)));
            }
            writer.write(folder.resolve("Wan2.1_VAE.safetensors"));
        }
        Files.delete(vae);
        assertThat(problem()).contains("1 left over").contains("surplus");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"kind\": \"t2v-15b\"} | unknown kind 't2v-15b'",
                "{\"colour\": 1} | unknown field 'colour'",
                "{\"frames\": 32} | frames 32 is not of the form 4n+1, take 33",
                "{\"frames\": \"many\"} | 'frames' is \"many\", expected a whole number",
                "{\"frames\": -3} | frames -3",
                "{\"width\": 100} | size 100x720 is no multiple of 16, take 96x720",
                "{\"width\": -16} | size is -16x720, both sides must be at least 1",
                "{\"fps\": 0} | fps 0 is below 1",
                "{\"steps\": 0} | steps 0 is below 1",
                "{\"shift\": 0} | shift 0.0 is not above 0",
                "{\"shift\": \"5\"} | 'shift' is \"5\", expected a number",
                "{\"guidance\": {\"low\": 3}} | 'guidance.high' is missing, expected a number",
                "{\"guidance\": 5} | 'guidance.low' is missing, expected a number",
                "{\"guidance\": {\"low\": -1, \"high\": 1}} | guidance -1.0,1.0 is below 0",
                "{\"boundary\": 1.5} | boundary 1.5 is not between 0 and 1",
                "{\"distilled\": \"yes\"} | 'distilled' is \"yes\", expected true or false",
                "{\"kind\": 5} | 'kind' is 5, expected a text",
                "[] | it holds no JSON object",
                "{\"fps\": 1 | it is no valid JSON",
            })
    void settingsThatMakeNoSense(String json, String problem) throws IOException {
        copyMini();
        Path file = folder.resolve("wan4j.json");
        Files.writeString(file, json);
        assertThat(problem()).startsWith(file + ": ").contains(problem);
    }

    @Test
    void aModelOfAKindThatIsUnknown() throws IOException {
        copyMini();
        Files.delete(folder.resolve("wan4j.json"));
        Path config = folder.resolve("high_noise_model").resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("t2v", "s2v"));
        assertThat(problem()).contains("model_type 's2v'").contains("it runs t2v");
    }

    @Test
    void anUnknownNameIsAFolder() {
        assertThatThrownBy(() -> open(Path.of("mini-t3v")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("there is no such model folder");
    }
}
