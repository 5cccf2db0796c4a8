package io.github.wan4j.models.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Mp4Test {
    private final Path folder;

    Mp4Test(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void comesBackWithItsColours() throws IOException {
        VideoInfo info = Clips.info(128, 128, 33);
        List<Frame> disc = Clips.disc(info);
        Path file = Clips.write(new Mp4(), folder.resolve("x.mp4"), info, disc);
        List<Frame> decoded = decode(file, 16);
        assertThat(decoded).hasSize(33);
        for (int i = 0; i < 33; i++) {
            assertThat(Clips.meanError(disc.get(i), decoded.get(i)))
                    .as("frame %d", i)
                    .isLessThan(1.0);
            assertThat(pixel(decoded.get(i), 2, 2))
                    .as("background of frame %d", i)
                    .isCloseTo(0x10, within(2));
        }
        int centre = pixel(decoded.get(16), 64, 64);
        assertThat(centre).as("red of the disc").isCloseTo(0xdc, within(3));
    }

    @Test
    void keepsSlopesSmooth() throws IOException {
        VideoInfo info = Clips.info(256, 144, 9);
        List<Frame> slopes = Clips.slopes(info);
        List<Frame> decoded = decode(Clips.write(new Mp4(), folder.resolve("x.mp4"), info, slopes), 16);
        for (int i = 0; i < 9; i++) {
            assertThat(Clips.meanError(slopes.get(i), decoded.get(i)))
                    .as("frame %d", i)
                    .isLessThan(2.0);
        }
    }

    @Test
    void hasItsIndexInFront() throws IOException {
        VideoInfo info = Clips.info(64, 64, 5);
        Path file = Clips.write(new Mp4(), folder.resolve("x.mp4"), info, Clips.disc(info));
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(bytes.indexOf("moov")).isPositive().isLessThan(bytes.indexOf("mdat"));
        assertThat(bytes).contains("colrnclx\0\1\0\1\0\1");
    }

    @Test
    void mayHaveOneFrame() throws IOException {
        VideoInfo info = Clips.info(64, 64, 1);
        Path file = Clips.write(new Mp4(), folder.resolve("x.mp4"), info, Clips.disc(info));
        assertThat(decode(file, 16)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"65,64", "64,33", "33,17", "17,16", "16,16"})
    void continuesOddSidesByOnePixel(int width, int height) throws IOException {
        VideoInfo info = Clips.info(width, height, 5);
        List<Frame> disc = Clips.disc(info);
        List<Frame> decoded = decode(Clips.write(new Mp4(), folder.resolve("x.mp4"), info, disc), 16);
        assertThat(decoded).hasSize(5);
        Frame last = decoded.get(4);
        assertThat(last.width()).isEqualTo(width + width % 2);
        assertThat(last.height()).isEqualTo(height + height % 2);
        assertThat(pixel(last, last.width() - 1, last.height() - 1))
                .isCloseTo(pixel(disc.get(4), width - 1, height - 1), within(12));
    }

    @Test
    void leavesNothingBehindAMovingEdge() throws IOException {
        VideoInfo info = Clips.info(128, 128, 33);
        List<Frame> disc = Clips.disc(info);
        List<Frame> decoded = decode(Clips.write(new Mp4(), folder.resolve("x.mp4"), info, disc), 16);
        for (int x = 0; x < 128; x++) {
            for (int y = 0; y < 128; y++) {
                if (Math.hypot(x - 96, y - 64) > 30) {
                    assertThat(pixel(decoded.get(32), x, y))
                            .as("red at %d, %d", x, y)
                            .isCloseTo(0x10, within(12));
                }
            }
        }
    }

    @Test
    void refusesWhatH264CannotHold() {
        VideoInfo info = Clips.info(32, 8, 1);
        assertThatThrownBy(() -> Clips.write(new Mp4(), folder.resolve("x.mp4"), info, Clips.disc(info)))
                .isInstanceOf(OutputException.class)
                .hasMessageContaining("at least 16 pixels, not 32x8");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void obeysABitRate() throws IOException {
        VideoInfo info = Clips.info(320, 256, 32);
        List<Frame> slopes = Clips.slopes(info);
        long large = Files.size(Clips.write(new Mp4(), folder.resolve("a.mp4"), info, slopes));
        long small =
                Files.size(Clips.write(new Mp4(), folder.resolve("b.mp4"), info, slopes, WriteOption.bitRate(60_000)));
        assertThat(small).isLessThan(large / 2);
    }

    @Test
    void isTheSameTwice() throws IOException {
        VideoInfo info = Clips.info(64, 64, 9);
        Path a = Clips.write(new Mp4(), folder.resolve("a.mp4"), info, Clips.slopes(info));
        Path b = Clips.write(new Mp4(), folder.resolve("b.mp4"), info, Clips.slopes(info));
        assertThat(a).hasSameBinaryContentAs(b);
    }

    private static List<Frame> decode(Path file, double fps) throws IOException {
        List<Frame> frames = new ArrayList<>();
        try (Mp4Reader reader = Mp4Reader.open(file)) {
            assertThat(reader.fps()).isEqualTo(fps);
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                frames.add(frame);
            }
        }
        return frames;
    }

    private static org.assertj.core.data.Offset<Integer> within(int levels) {
        return org.assertj.core.data.Offset.offset(levels);
    }

    private static int pixel(Frame frame, int x, int y) {
        ByteBuffer rgb = frame.rgb();
        return rgb.get(3 * (y * frame.width() + x)) & 255;
    }
}
