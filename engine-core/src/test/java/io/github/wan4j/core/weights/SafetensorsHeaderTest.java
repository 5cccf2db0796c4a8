package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsHeaderTest {
    private final Path file;

    SafetensorsHeaderTest(@TempDir Path folder) {
        file = folder.resolve("a.safetensors");
    }

    private SafetensorsHeader read(String header, int data) throws IOException {
        return SafetensorsHeader.read(SafetensorsBytes.write(file, header, data));
    }

    private void assertRefused(String header, int data, String reason) {
        assertThatThrownBy(() -> read(header, data))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(reason);
    }

    @Test
    void readsEntriesAndMetadata() throws IOException {
        SafetensorsHeader header = read(
                "{'b':{'dtype':'BF16','shape':[2,3],'data_offsets':[4,16]},'__metadata__':{'format':'pt'},"
                        + "'a':{'data_offsets':[0,4],'shape':[],'dtype':'F32','extra':{'x':[1]}},"
                        + "'none':{'dtype':'U8','shape':[0,7],'data_offsets':[16,16]}}   ",
                16);
        assertThat(header.entries().keySet()).containsExactly("b", "a", "none");
        assertThat(header.metadata()).containsEntry("format", "pt").hasSize(1);
        TensorEntry b = Objects.requireNonNull(header.entries().get("b"));
        assertThat(b).hasToString("bf16[2, 3]");
        assertThat(b.bytes()).isEqualTo(12);
        assertThat(b.offset() + b.bytes()).isEqualTo(Files.size(file));
        assertThat(b.strides()).containsExactly(3, 1);
        assertThat(b.count()).isEqualTo(6);
    }

    @Test
    void readsAnEmptyFile() throws IOException {
        assertThat(read("{}", 0).entries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 1000, 100_000_000, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void refusesHeaderLengthsBeyondTheFile(long length) throws IOException {
        Files.write(file, SafetensorsBytes.of(length, new byte[] {'{', '}'}, 0));
        assertThatThrownBy(() -> SafetensorsHeader.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("a header of " + Long.toUnsignedString(length) + " bytes");
    }

    @Test
    void refusesFilesWithoutRoomForALength() throws IOException {
        Files.write(file, new byte[7]);
        assertThatThrownBy(() -> SafetensorsHeader.read(file)).hasMessageContaining("it has only 7 bytes");
        assertThatThrownBy(() -> SafetensorsHeader.read(file.resolveSibling("none")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("cannot be read");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|is not a JSON object",
                "{'a|the header is not valid",
                "{} x|the header is not valid",
                "{}{}|goes on after the end",
                "{'a':7}|tensor 'a' is described by something other than an object",
                "{'a':{}}|lacks its dtype",
                "{'a':{'dtype':'F32','shape':[1]}}|lacks its dtype, its shape or its pair of data_offsets",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4]}}|pair of data_offsets",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,8]}}|at most 2 whole numbers",
                "{'a':{'dtype':'F32','shape':7,'data_offsets':[0,4]}}|a shape that is not a list",
                "{'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}|whole numbers",
                "{'a':{'dtype':'F32','shape':['1'],'data_offsets':[0,4]}}|whole numbers",
                "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}|a negative number in its shape",
                "{'a':{'dtype':'F32','shape':[18446744073709551616],'data_offsets':[0,4]}}|the header is not valid",
                "{'a':{'dtype':'C64','shape':[1],'data_offsets':[0,4]}}|unknown dtype 'C64'; known are [f64, f32,",
                "{'a':{'dtype':'f32','shape':[1],'data_offsets':[0,4]}}|unknown dtype 'f32'",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}|is f32[2] but has 4 bytes",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}|has data_offsets [4, 0]",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[9223372036854775803,9223372036854775807]}}|has data_offsets",
                "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}}|larger than any file",
                "{'a':{'dtype':'F32','shape':[4294967296,4294967296,0],'data_offsets':[0,0]}}|larger than any file",
                "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}|Duplicate field 'a'",
                "{'a':{'dtype':'U8','dtype':'U8','shape':[4],'data_offsets':[0,4]}}|Duplicate field 'dtype'",
                "{'__metadata__':{'a':1}}|the metadata value of 'a' is not a string",
                "{'__metadata__':[]}|'__metadata__' is described by something other than an object",
                "{'a':{'dtype':'U8','shape':[3],'data_offsets':[0,3]},'b':{'dtype':'U8','shape':[2],'data_offsets':[2,4]}}|tensor 'b' overlaps tensor 'a' by 1 bytes",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'b':{'dtype':'U8','shape':[2],'data_offsets':[2,4]}}|tensor 'b' begins 1 bytes after the end of tensor 'a'",
                "{'a':{'dtype':'U8','shape':[3],'data_offsets':[1,4]}}|tensor 'a' begins 1 bytes after the end of the header",
                "{'a':{'dtype':'U8','shape':[3],'data_offsets':[0,3]}}|has 1 bytes that belong to no tensor",
                "{'a':{'dtype':'U8','shape':[5],'data_offsets':[0,5]}}|is truncated: it has"
            })
    void refusesHeadersThatBreakTheFormat(String header, String reason) {
        assertRefused(header, 4, reason);
    }

    @Test
    void refusesTooManyDimensions() {
        String shape = "1,".repeat(TensorEntry.MAX_RANK) + "1";
        assertRefused(
                "{'a':{'dtype':'U8','shape':[" + shape + "],'data_offsets':[0,1]}}", 1, "at most 32 whole numbers");
    }

    @Test
    void refusesDeepNestingWithoutRecursion() {
        assertRefused("{'a':{'x':" + "[".repeat(50_000) + "]".repeat(50_000) + "}}", 0, "the header is not valid");
    }

    @Test
    void refusesBytesThatAreNotUtf8() throws IOException {
        byte[] json = "{\"\u00e9\":{}}".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, SafetensorsBytes.of(json.length, json, 0));
        assertThatThrownBy(() -> SafetensorsHeader.read(file)).hasMessageContaining("the header is not valid UTF-8");
        byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
        Files.write(file, SafetensorsBytes.of(utf16.length, utf16, 0));
        assertThatThrownBy(() -> SafetensorsHeader.read(file)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void carriesFileAndTensorInTheException() {
        assertThatThrownBy(() -> read("{'a\\u001b[2J':{}}", 0)).isInstanceOfSatisfying(CheckpointException.class, e -> {
            assertThat(e.file()).isEqualTo(file);
            assertThat(e.tensor()).isEqualTo("a\u001b[2J");
            assertThat(e.getMessage()).contains("tensor 'a?[2J' lacks").doesNotContain("\u001b");
        });
    }
}
