package io.github.wan4j.models.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.VideoFormat;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOption.Existing;
import io.github.wan4j.video.WriteOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileSinkTest {
    private static final VideoInfo INFO = Clips.info(32, 32, 3);
    private static final List<Frame> FRAMES = Clips.disc(INFO);

    private final Path folder;

    FileSinkTest(@TempDir Path folder) {
        this.folder = folder;
    }

    static Stream<VideoFormat> formats() {
        return Stream.of(new Mp4(), new Gif(), new ContactSheet());
    }

    @ParameterizedTest
    @MethodSource("formats")
    void discardsWhatIsNotFinished(VideoFormat format) {
        for (int frames = 0; frames <= 3; frames++) {
            try (FrameSink<Path> sink = format.begin(folder.resolve("x"), INFO, WriteOptions.of())) {
                FRAMES.subList(0, frames).forEach(sink::frame);
            }
            assertThat(folder).isEmptyDirectory();
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void refusesFramesThatAreNotAsAnnounced(VideoFormat format) {
        try (FrameSink<Path> sink = format.begin(folder.resolve("x"), INFO, WriteOptions.of())) {
            sink.frame(FRAMES.get(0));
            assertThatThrownBy(() -> sink.frame(FRAMES.get(0))).hasMessageContaining("came as number 1 of 3");
            assertThatThrownBy(
                            () -> sink.frame(Clips.disc(Clips.info(16, 32, 3)).get(1)))
                    .hasMessageContaining("16x32");
            assertThatThrownBy(() -> sink.finish(Clips.REPORT)).hasMessage("finished after 1 of 3 frames");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void mayBeClosedTwice(VideoFormat format) {
        FrameSink<Path> sink = format.begin(folder.resolve("x"), INFO, WriteOptions.of());
        FRAMES.forEach(sink::frame);
        Path file = sink.finish(Clips.REPORT);
        sink.close();
        sink.close();
        assertThat(file).exists();
    }

    @Test
    void leavesNothingWhenAFrameCannotBeWritten() {
        Path target = folder.resolve("x.mp4");
        try (FrameSink<Path> sink = failing(target, 1)) {
            sink.frame(FRAMES.get(0));
            assertThatThrownBy(() -> sink.frame(FRAMES.get(1)))
                    .isInstanceOf(OutputException.class)
                    .hasMessage("cannot write '" + target + "': disk full");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leavesNothingWhenTheEndCannotBeWritten() {
        try (FrameSink<Path> sink = failing(folder.resolve("x.mp4"), 3)) {
            FRAMES.forEach(sink::frame);
            assertThatThrownBy(() -> sink.finish(Clips.REPORT)).hasMessageContaining("disk full");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leavesNothingWhenTheWriterCannotBeOpened() {
        AtomicFile file = AtomicFile.create(folder.resolve("x.mp4"), Existing.REFUSE);
        assertThatThrownBy(() -> FileSink.open(file, INFO, () -> {
                    throw new IOException("no encoder");
                }))
                .hasMessageContaining("no encoder");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void handlersChooseTheFormatByTheEnding() {
        for (String ending : List.of("mp4", "gif", "PNG")) {
            Path target = folder.resolve("x." + ending);
            try (FrameSink<Path> sink = VideoHandlers.file(target).begin(INFO)) {
                FRAMES.forEach(sink::frame);
                assertThat(sink.finish(Clips.REPORT)).isEqualTo(target).exists();
            }
        }
        assertThatThrownBy(() -> VideoHandlers.file(folder.resolve("x.avi")))
                .hasMessageContaining("let it end in .gif, .mp4, .png");
    }

    private static FrameSink<Path> failing(Path target, int failAt) {
        AtomicFile file = AtomicFile.create(target, Existing.REFUSE);
        return FileSink.open(file, INFO, () -> new FrameWriter() {
            private int written;

            @Override
            public void write(Frame frame) throws IOException {
                if (written++ == failAt) {
                    throw new IOException("disk full");
                }
            }

            @Override
            public void finish() throws IOException {
                throw new IOException("disk full");
            }

            @Override
            public void close() {}
        });
    }
}
