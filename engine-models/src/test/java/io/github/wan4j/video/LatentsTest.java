package io.github.wan4j.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.weights.SafetensorsWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentsTest {
    private final Path file;

    LatentsTest(@TempDir Path folder) {
        file = folder.resolve("x.safetensors");
    }

    @Test
    void comeBackFromAFile() {
        Latents latents = Latents.of(new float[] {1, -0f, Float.MIN_VALUE, Float.NaN, 5, 6}, 1, 1, 2, 3);
        latents.save(file, "noise");
        assertThat(Latents.read(file, "noise")).isEqualTo(latents).hasSameHashCodeAs(latents);
        assertThatThrownBy(() -> Latents.read(file, "latents"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("noise");
    }

    @Test
    void doNotChange() {
        float[] values = {1, 2};
        int[] shape = {1, 1, 1, 2};
        Latents latents = Latents.of(values, shape);
        values[0] = 9;
        shape[0] = 9;
        latents.shape()[1] = 9;
        assertThat(latents.shape()).containsExactly(1, 1, 1, 2);
        assertThat(latents.values().get(0)).isEqualTo(1);
        assertThat(latents.values().isReadOnly()).isTrue();
    }

    @Test
    void haveFourSides() {
        assertThatThrownBy(() -> Latents.of(new float[2], 1, 2)).hasMessageContaining("[C, T, h, w], not [1, 2]");
        assertThatThrownBy(() -> Latents.of(new float[2], 1, 1, 1, 3)).hasMessageContaining("have 3 values");
        new SafetensorsWriter().add("noise", new float[2], 1, 2).write(file);
        assertThatThrownBy(() -> Latents.read(file, "noise"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'noise'")
                .hasMessageContaining("[1, 2]");
    }

    @Test
    void encodedPromptsComeBackToo() {
        EncodedPrompt prompt = EncodedPrompt.of(new int[] {259, 1}, new float[] {1, 2, 3, 4, 5, 6}, 3);
        prompt.save(file);
        assertThat(EncodedPrompt.read(file)).isEqualTo(prompt).hasSameHashCodeAs(prompt);
        assertThat(prompt.tokens()).isEqualTo(2);
        new SafetensorsWriter()
                .add("ids", new long[] {1, 2}, 2)
                .add("embedding", new float[3], 1, 3)
                .write(file);
        assertThatThrownBy(() -> EncodedPrompt.read(file))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("expected [2, width]");
    }
}
