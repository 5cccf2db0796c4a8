package io.github.wan4j.models.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MiniModelsTest {
    private final Path cache;

    MiniModelsTest(@TempDir Path cache) {
        this.cache = cache;
    }

    private List<String> inCache() throws IOException {
        try (Stream<Path> files = Files.list(cache.resolve("models"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(".lock"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void unpacksOnceAndUsesWhatIsThere() throws IOException {
        Path folder = MiniModels.unpack("mini-t2v", cache);
        Path vae = folder.resolve("Wan2.1_VAE.pth");
        Object before = Files.readAttributes(vae, BasicFileAttributes.class).fileKey();
        assertThat(MiniModels.unpack("mini-t2v", cache)).isEqualTo(folder);
        assertThat(Files.readAttributes(vae, BasicFileAttributes.class).fileKey())
                .isEqualTo(before);
        assertThat(inCache()).containsExactly(folder.getFileName().toString());
        assertThat(MiniModels.unpack("mini-ti2v", cache)).isNotEqualTo(folder);
        assertThat(inCache()).hasSize(2);
    }

    @Test
    void replacesACopyThatIsDamaged() throws IOException {
        Path folder = MiniModels.unpack("mini-t2v", cache);
        Path config = folder.resolve("wan4j.json");
        String whole = Files.readString(config);
        Files.writeString(config, whole.replace("33", "37"));
        Files.delete(folder.resolve("Wan2.1_VAE.pth"));
        assertThat(MiniModels.unpack("mini-t2v", cache)).isEqualTo(folder);
        assertThat(config).hasContent(whole);
        assertThat(folder.resolve("Wan2.1_VAE.pth")).exists();
        assertThat(inCache()).hasSize(1);
    }

    /** Unpacks into the folder of its first argument. */
    static final class Unpacking {
        private Unpacking() {}

        public static void main(String[] arguments) {
            System.out.println(MiniModels.unpack("mini-t2v", Path.of(arguments[0])));
        }
    }

    @Test
    void severalProcessesAndThreadsMayDoItAtOnce() throws IOException {
        List<CompletableFuture<String>> paths = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            paths.add(CompletableFuture.supplyAsync(
                    () -> ChildJvm.of(Unpacking.class).run(cache.toString()).output()));
            paths.add(CompletableFuture.supplyAsync(
                    () -> MiniModels.unpack("mini-t2v", cache).toString()));
        }
        List<String> folders =
                paths.stream().map(CompletableFuture::join).distinct().toList();
        assertThat(folders).hasSize(1);
        assertThat(inCache())
                .containsExactly(Path.of(folders.get(0)).getFileName().toString());
    }

    @Test
    void namesTheArtifactThatIsMissing() throws ReflectiveOperationException, IOException {
        URL[] without = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(File::new)
                .filter(entry -> !holdsModels(entry))
                .map(MiniModelsTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(without, ClassLoader.getPlatformClassLoader())) {
            Method unpack =
                    loader.loadClass(MiniModels.class.getName()).getDeclaredMethod("unpack", String.class, Path.class);
            unpack.setAccessible(true);
            Throwable thrown = null;
            try {
                Object folder = unpack.invoke(null, "mini-t2v", cache);
                assertThat(folder).isNull();
            } catch (InvocationTargetException e) {
                thrown = e.getCause();
            }
            assertThat(thrown)
                    .hasMessage("mini-t2v: this bundled model is not on the class path;"
                            + " add the artifact io.github.wan4j:wan4j-mini-models");
        }
        assertThat(cache).isEmptyDirectory();
    }

    private static boolean holdsModels(File entry) {
        try (URLClassLoader one = new URLClassLoader(new URL[] {url(entry)}, null)) {
            return one.findResource("wan4j/models/files.sha256") != null;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static URL url(File entry) {
        try {
            return entry.toURI().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
