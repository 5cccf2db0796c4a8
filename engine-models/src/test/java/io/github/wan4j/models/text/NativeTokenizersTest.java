package io.github.wan4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineStartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeTokenizersTest {
    private final Path folder;

    NativeTokenizersTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void nothingIsFetchedNothingReportsHomeAndCudaIsLeftAlone() throws Exception {
        Path cache = folder.resolve("cache");
        String output =
                probe("-Xlog:class+load", Tokenizers.unpack("mini-t2v", folder).toString(), cache.toString());
        assertThat(output).contains("IDS 4").doesNotContain("TRIED");
        assertThat(output)
                .contains("ai.djl.huggingface.tokenizers.jni.TokenizersLibrary")
                .doesNotContain("ai.djl.util.Ec2Utils")
                .doesNotContain("ai.djl.util.cuda")
                .doesNotContain("com.sun.jna")
                .doesNotContain("java.net.HttpURLConnection")
                .doesNotContain("java.net.Socket ");
        assertThat(files(cache)).hasSize(1).allMatch(file -> file.contains("tokenizers"));
    }

    @Test
    void theProbeWouldSeeAConnection() throws Exception {
        assertThat(probe("-Xshare:auto", "http://localhost/x")).contains("TRIED http://localhost/x");
    }

    @Test
    void aLibraryCutShortIsUnpackedAnew() throws Exception {
        Path cache = folder.resolve("cache");
        Path json = Tokenizers.unpack("mini-t2v", folder);
        assertThat(probe("-Xshare:auto", json.toString(), cache.toString())).contains("IDS 4");
        Path library = cache.resolve(files(cache).get(0));
        long size = Files.size(library);
        Files.write(library, new byte[] {1, 2, 3});
        assertThat(probe("-Xshare:auto", json.toString(), cache.toString())).contains("IDS 4");
        assertThat(library).hasSize(size);
        assertThat(files(cache)).hasSize(1);
    }

    @Test
    void aCacheFolderThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        String output =
                probe("-Xshare:auto", Tokenizers.unpack("mini-t2v", folder).toString(), file.toString());
        assertThat(output)
                .contains(EngineStartException.class.getName())
                .contains("cannot be loaded from " + file.resolve("tokenizers"));
    }

    @Test
    void platformsAreNamedAsInTheArtifact() {
        assertThat(NativeTokenizers.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
        assertThat(NativeTokenizers.platform("Linux", "aarch64")).isEqualTo("linux-aarch64");
        assertThat(NativeTokenizers.platform("Mac OS X", "aarch64")).isEqualTo("osx-aarch64");
        assertThat(NativeTokenizers.platform("Windows 11", "amd64")).isEqualTo("win-x86_64");
    }

    @Test
    void aPlatformWithoutLibraryIsToldWhichHaveOne() {
        assertThatThrownBy(() -> NativeTokenizers.resource("native/lib/osx-x86_64/cpu/libtokenizers.dylib"))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("osx-x86_64");
    }

    /** All that the probe wrote; its own JVM, because a library is loaded once in a process. */
    private static String probe(String option, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(option);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(NoConnectionProbe.class.getName());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList();
        }
    }
}
