package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFilesTest {
    private final Path folder;

    WeightFilesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void aModelHasThoseOfItsTransformersAndItsTextEncoder() {
        ModelFolder mini = ModelFolder.open(
                ModelSource.of("mini-t2v"), EngineConfig.fromEnvironment().cacheDir());
        WeightFiles files = WeightFiles.of(mini);
        assertThat(files.files()).hasSize(5).allMatch(Files::isRegularFile);
        assertThat(files.cached()).isBetween(0.0, 1.0);
    }

    @Test
    void whatWasJustWrittenIsInMemoryAndWhatIsNotThereIsNot() throws IOException {
        Path file = Files.write(folder.resolve("weights"), new byte[1 << 20]);
        assertThat(new WeightFiles(List.of(file)).cached()).isEqualTo(1);
        assertThat(new WeightFiles(List.of(folder.resolve("none"))).cached()).isZero();
    }
}
