package io.github.wan4j.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CubinCacheTest {
    private static final Cubin CUBIN = new Cubin("_Z5entryv", new byte[] {1, 2, 3, 4, 5});

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void whatWasWrittenIsReadBack() {
        CubinCache cache = new CubinCache(folder.resolve("made/on/demand"));
        assertThat(cache.read("key")).isEmpty();
        cache.write("key", CUBIN);
        assertThat(cache.read("key")).contains(CUBIN);
    }

    @Test
    void writingAgainReplacesAndLeavesNothingBehind() throws IOException {
        CubinCache cache = new CubinCache(folder);
        cache.write("key", CUBIN);
        cache.write("key", new Cubin("other", new byte[] {9}));
        assertThat(cache.read("key")).contains(new Cubin("other", new byte[] {9}));
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void everyDamageCountsAsAbsent() throws IOException {
        CubinCache cache = new CubinCache(folder);
        cache.write("key", CUBIN);
        Path file = folder.resolve("key.cubin");
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i += 5) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x40;
            Files.write(file, damaged);
            assertThat(cache.read("key")).as("byte %d flipped", i).isEmpty();
        }
        for (int length = 0; length < whole.length; length += 9) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(cache.read("key")).as("cut to %d bytes", length).isEmpty();
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsNoFailure() throws IOException {
        Path blocked = Files.createFile(folder.resolve("file"));
        CubinCache cache = new CubinCache(blocked.resolve("below"));
        cache.write("key", CUBIN);
        assertThat(cache.read("key")).isEmpty();
    }

    @Test
    void everythingThatGoesInChangesTheKey() {
        KernelSource source = source("text", "header");
        String key = CubinCache.key(source, "kernel", List.of("a", "b"), "13.0");
        assertThat(List.of(
                        CubinCache.key(source("text2", "header"), "kernel", List.of("a", "b"), "13.0"),
                        CubinCache.key(source("text", "header2"), "kernel", List.of("a", "b"), "13.0"),
                        CubinCache.key(source, "kernel2", List.of("a", "b"), "13.0"),
                        CubinCache.key(source, "kernel", List.of("ab"), "13.0"),
                        CubinCache.key(source, "kernel", List.of("a", "b"), "13.1")))
                .doesNotContain(key)
                .doesNotHaveDuplicates();
        assertThat(CubinCache.key(source("text", "header"), "kernel", List.of("a", "b"), "13.0"))
                .isEqualTo(key);
    }

    private static KernelSource source(String text, String header) {
        TreeMap<String, String> headers = new TreeMap<>();
        headers.put("common/h.cuh", header);
        return new KernelSource("op/op.cu", text, headers);
    }
}
