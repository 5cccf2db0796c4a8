package io.github.wan4j.models.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GifTest {
    private final Path folder;

    GifTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void keepsAFewColoursExactly() throws IOException {
        VideoInfo info = Clips.info(48, 32, 5);
        List<Frame> disc = Clips.disc(info);
        Path file = Clips.write(new Gif(), folder.resolve("x.gif"), info, disc);
        try (Decoded gif = new Decoded(file)) {
            assertThat(gif.reader.getNumImages(true)).isEqualTo(5);
            for (int i = 0; i < 5; i++) {
                Frame frame = Frame.of(i, gif.reader.read(i));
                assertThat(frame.rgb()).as("frame %d", i).isEqualTo(disc.get(i).rgb());
            }
        }
    }

    @Test
    void comesCloseToManyColours() throws IOException {
        VideoInfo info = Clips.info(128, 96, 3);
        List<Frame> slopes = Clips.slopes(info);
        Path file = Clips.write(new Gif(), folder.resolve("x.gif"), info, slopes);
        try (Decoded gif = new Decoded(file)) {
            for (int i = 0; i < 3; i++) {
                Frame frame = Frame.of(i, gif.reader.read(i));
                assertThat(Clips.meanError(slopes.get(i), frame)).isLessThan(5);
            }
        }
    }

    @Test
    void playsForEverAtItsRate() throws IOException {
        VideoInfo info = Clips.info(16, 16, 33);
        Path file = Clips.write(new Gif(), folder.resolve("x.gif"), info, Clips.disc(info));
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("NETSCAPE2.0\3\1\0\0\0");
        int sum = 0;
        try (Decoded gif = new Decoded(file)) {
            for (int i = 0; i < 33; i++) {
                assertThat(gif.delay(i)).isBetween(6, 7);
                sum += gif.delay(i);
            }
        }
        assertThat(sum).as("hundredths of 33 frames at 16 fps").isEqualTo(206);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 15, 16, 23, 24, 25, 30, 50})
    void delaysAddUpToTheLength(int fps) {
        int sum = IntStream.range(0, 10 * fps).map(i -> Gif.delay(i, fps)).sum();
        assertThat(sum).isEqualTo(1000);
    }

    @Test
    void holdsOneFrameAtATime() {
        VideoInfo info = Clips.info(64, 64, 1000);
        List<Frame> few = Clips.slopes(Clips.info(64, 64, 4));
        Path target = folder.resolve("x.gif");
        try (FrameSink<Path> sink = new Gif().begin(target, info, WriteOptions.of())) {
            long afterWarmUp = 0;
            for (int i = 0; i < 1000; i++) {
                sink.frame(Frame.of(i, 64, 64, few.get(i % 4).rgb()));
                if (i == 100) {
                    afterWarmUp = usedHeap();
                }
            }
            // 900 frames of 64x64x3 bytes would be 11 MB
            assertThat(usedHeap() - afterWarmUp).isLessThan(4_000_000);
            sink.finish(Clips.REPORT);
        }
        assertThat(target).exists();
    }

    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** A GIF opened with ImageIO. */
    private static final class Decoded implements AutoCloseable {
        final ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        private final ImageInputStream in;

        Decoded(Path file) throws IOException {
            in = ImageIO.createImageInputStream(file.toFile());
            reader.setInput(in);
        }

        int delay(int index) throws IOException {
            var root = (IIOMetadataNode) reader.getImageMetadata(index).getAsTree("javax_imageio_gif_image_1.0");
            var control = (IIOMetadataNode)
                    root.getElementsByTagName("GraphicControlExtension").item(0);
            return Integer.parseInt(control.getAttribute("delayTime"));
        }

        @Override
        public void close() throws IOException {
            reader.dispose();
            in.close();
        }
    }
}
