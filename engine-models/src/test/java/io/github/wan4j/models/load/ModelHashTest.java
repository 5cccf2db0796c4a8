package io.github.wan4j.models.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.video.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tells models apart, and with it the calibrations that were measured on them. */
class ModelHashTest {
    private static final Path CACHE = EngineConfig.fromEnvironment().cacheDir();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void otherDefaultsOfRequestsAreTheSameModel() throws IOException {
        ModelFolder mini = ModelFolder.open(ModelSource.of("mini-t2v"), CACHE);
        assertThat(with(mini, "\"steps\": 20", "\"steps\": 30"))
                .isEqualTo(mini.info().hash());
        assertThat(with(mini, "\"shift\": 12.0", "\"shift\": 5"))
                .isEqualTo(mini.info().hash());
    }

    @Test
    void anotherPlaceToChangeExpertsIsAnotherModel() throws IOException {
        ModelFolder mini = ModelFolder.open(ModelSource.of("mini-t2v"), CACHE);
        assertThat(with(mini, "0.875", "0.9")).isNotEqualTo(mini.info().hash());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void calibrationsThatShipNameTheModelThatTheyShipWith(String name) throws IOException {
        ModelFolder mini = ModelFolder.open(ModelSource.of(name), CACHE);
        assertThat(Files.readString(mini.folder().resolve("calibration.json")))
                .contains(mini.info().hash());
    }

    /** The hash of the same folder, linked, with one thing different in its defaults. */
    private String with(ModelFolder model, String now, String then) throws IOException {
        String json = Files.readString(model.folder().resolve("wan4j.json"));
        assertThat(json).contains(now);
        Path copy = Files.createTempDirectory(folder, "model");
        try (Stream<Path> entries = Files.list(model.folder())) {
            for (Path entry : entries.toList()) {
                Files.createSymbolicLink(copy.resolve(String.valueOf(entry.getFileName())), entry);
            }
        }
        Files.delete(copy.resolve("wan4j.json"));
        Files.writeString(copy.resolve("wan4j.json"), json.replace(now, then));
        String hash =
                ModelFolder.open(ModelSource.of(copy.toString()), CACHE).info().hash();
        try (Stream<Path> entries = Files.list(copy)) {
            for (Path entry : entries.toList()) {
                Files.delete(entry);
            }
        }
        return hash;
    }
}
