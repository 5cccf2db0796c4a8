package io.github.wan4j.core.testkit;

import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Numbers written by the reference implementation: the part that the project keeps as test resources
 * ({@code golden/NAME.safetensors}), or with {@code -Dwan4j.test.golden=DIR} the full files.
 */
public final class Golden implements AutoCloseable {
    /** The property that names the folder of the full files; a test that needs them is enabled by it. */
    public static final String FOLDER = "wan4j.test.golden";

    private final Checkpoint checkpoint;
    private final @Nullable Path copy;

    private Golden(Checkpoint checkpoint, @Nullable Path copy) {
        this.checkpoint = checkpoint;
        this.copy = copy;
    }

    /** The full file where its folder is named, else what the project keeps. */
    public static Golden open(String name) {
        return System.getProperty(FOLDER) == null ? kept(name) : full(name);
    }

    /** What the project keeps. */
    public static Golden kept(String name) {
        String resource = "golden/" + name + ".safetensors";
        URL url = Golden.class.getClassLoader().getResource(resource);
        if (url == null) {
            throw new AssertionError("no test resource " + resource);
        }
        try {
            if (url.getProtocol().equals("file")) {
                return new Golden(Checkpoint.open(Path.of(url.toURI())), null);
            }
            Path copy = Files.createTempFile("golden", ".safetensors"); // mapping needs a real file
            try (InputStream in = url.openStream();
                    var out = Files.newOutputStream(copy)) {
                in.transferTo(out);
            }
            return new Golden(Checkpoint.open(copy), copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The full file. */
    public static Golden full(String name) {
        String folder = System.getProperty(FOLDER);
        if (folder == null) {
            throw new AssertionError("-D" + FOLDER + "=DIR is not set");
        }
        return new Golden(Checkpoint.open(Path.of(folder, name + ".safetensors")), null);
    }

    public Set<String> names() {
        return checkpoint.names();
    }

    public boolean has(String name) {
        return checkpoint.has(name);
    }

    /** A view of the file, owned by the innermost scope; not to be written to, and not to outlive this. */
    public Tensor tensor(String name) {
        return checkpoint.tensor(checkpoint.entry(name));
    }

    @Override
    public void close() {
        checkpoint.close();
        if (copy != null) {
            try {
                Files.delete(copy);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
