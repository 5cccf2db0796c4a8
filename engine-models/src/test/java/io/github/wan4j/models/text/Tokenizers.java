package io.github.wan4j.models.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The bundled models' tokenizers as files. */
final class Tokenizers {
    /** Shared by all tests of a build, so that the native library is unpacked once. */
    static final Path CACHE = Path.of(System.getProperty("wan4j.cacheDir", "target/cache"));

    private Tokenizers() {}

    static Path unpack(String model, Path folder) {
        String resource = "/wan4j/models/" + model + "/google/umt5-xxl/tokenizer.json";
        try (InputStream in = Objects.requireNonNull(Tokenizers.class.getResourceAsStream(resource), resource)) {
            return Files.write(folder.resolve(model + ".json"), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
