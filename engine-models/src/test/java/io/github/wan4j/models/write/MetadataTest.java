package io.github.wan4j.models.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.VideoFormat;
import io.github.wan4j.video.VideoInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetadataTest {
    private final Path folder;

    MetadataTest(@TempDir Path folder) {
        this.folder = folder;
    }

    static Stream<VideoFormat> formats() {
        return Stream.of(new Mp4(), new Gif(), new ContactSheet());
    }

    @ParameterizedTest
    @MethodSource("formats")
    void comesBackFromEveryFormat(VideoFormat format) {
        VideoInfo info = Clips.info(32, 32, 2);
        Path file = Clips.write(format, folder.resolve("x." + format.extension()), info, Clips.disc(info));
        Map<String, Object> read = Metadata.read(file).orElseThrow();
        assertThat(read)
                .containsAllEntriesOf(info.settings())
                .containsEntry("model", "mini-t2v")
                .containsEntry("modelHash", "c0ffee")
                .containsEntry("version", "0.1.0")
                .containsEntry("width", 32)
                .containsEntry("height", 32)
                .containsEntry("fps", 16)
                .containsEntry("frames", 2)
                .containsEntry("seed", 1L << 40)
                .hasSize(8 + info.settings().size());
    }

    @ParameterizedTest
    @MethodSource("formats")
    void holdsAVeryLongPrompt(VideoFormat format) {
        String prompt = "word ".repeat(40_000);
        VideoInfo info = new VideoInfo("m", "h", "v", 32, 32, 16, 1, null, Map.of("prompt", prompt));
        Path file = Clips.write(format, folder.resolve("x." + format.extension()), info, Clips.disc(info));
        assertThat(Metadata.read(file).orElseThrow())
                .containsEntry("prompt", prompt)
                .doesNotContainKey("seed");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void survivesBrokenFiles(VideoFormat format) throws IOException {
        VideoInfo info = Clips.info(16, 16, 2);
        Path file = Clips.write(format, folder.resolve("x." + format.extension()), info, Clips.disc(info));
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            byte[] broken = java.util.Arrays.copyOf(whole, i % 2 == 0 ? whole.length : random.nextInt(whole.length));
            for (int k = 0; k < 8 && broken.length > 8; k++) {
                broken[8 + random.nextInt(broken.length - 8)] = (byte) random.nextInt();
            }
            Files.write(file, broken);
            try {
                Metadata.read(file).ifPresent(map -> assertThat(map).isNotNull());
            } catch (OutputException e) {
                assertThat(e).hasMessageContaining(file.toString());
            }
        }
    }

    @Test
    void isOneLineOfAscii() {
        assertThat(Metadata.toJson(Clips.info(16, 16, 1)))
                .matches("\\{[\\x20-\\x7e]*}")
                .contains("\\u7EA2\\u8272", "\\uD83D\\uDD34");
    }

    @Test
    void refusesASettingThatHidesAnother() {
        VideoInfo info = new VideoInfo("m", "h", "v", 8, 8, 16, 1, 1L, Map.of("seed", 2));
        assertThatThrownBy(() -> Metadata.toJson(info)).hasMessageContaining("'seed'");
    }

    @Test
    void ignoresOtherPeoplesComments() {
        assertThat(Metadata.fromJson("made with love")).isEmpty();
        assertThat(Metadata.fromJson("{\"generator\":\"other\"}")).isEmpty();
        assertThat(Metadata.fromJson("[1]")).isEmpty();
        assertThat(Metadata.fromJson("null")).isEmpty();
        assertThat(Metadata.fromJson("")).isEmpty();
    }

    @Test
    void saysWhatIsNoVideo() throws IOException {
        Path text = Files.writeString(folder.resolve("x.txt"), "hello, this is text", StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Metadata.read(text))
                .isInstanceOf(OutputException.class)
                .hasMessage("'" + text + "' is no MP4, GIF or PNG file");
        Path missing = folder.resolve("none.mp4");
        assertThatThrownBy(() -> Metadata.read(missing)).hasMessage("there is no file '" + missing + "'");
        Path empty = Files.createFile(folder.resolve("empty.mp4"));
        assertThatThrownBy(() -> Metadata.read(empty)).hasMessageContaining("is no MP4");
    }
}
