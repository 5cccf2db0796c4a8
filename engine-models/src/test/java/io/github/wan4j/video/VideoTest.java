package io.github.wan4j.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VideoTest {
    private static final VideoInfo INFO = new VideoInfo("m", "h", "v", 2, 1, 16, 3, 1L, Map.of());
    private static final RunReport REPORT = RunReport.builder().seed(1).build();
    private static final List<Frame> FRAMES = IntStream.range(0, 3)
            .mapToObj(i -> Frame.of(i, 2, 1, ByteBuffer.wrap(new byte[] {(byte) i, 0, 0, 0, 0, 0})))
            .toList();

    @Test
    void goesThroughAHandlerAndStaysTheSame() {
        Video video = Video.of(INFO, FRAMES, REPORT).writeTo(VideoHandlers.inMemory());
        assertThat(video.frames()).containsExactlyElementsOf(FRAMES);
        assertThat(video.frame(2)).isSameAs(FRAMES.get(2));
        assertThat(video.report()).isSameAs(REPORT);
        assertThat(video.info().seconds()).isEqualTo(3 / 16.0);
    }

    @Test
    void streamsToAConsumerInOrder() {
        List<Frame> seen = new ArrayList<>();
        assertThat(Video.of(INFO, FRAMES, REPORT).writeTo(VideoHandlers.frames(seen::add)))
                .isNull();
        assertThat(seen).isEqualTo(FRAMES);
        assertThat(Video.of(INFO, FRAMES, REPORT).writeTo(VideoHandlers.discard()))
                .isNull();
    }

    @Test
    void closesTheSinkWhenItFails() {
        List<String> calls = new ArrayList<>();
        VideoHandler<String> failing = info -> new FrameSink<>() {
            @Override
            public void frame(Frame frame) {
                calls.add("frame " + frame.index());
                throw new IllegalStateException("no more");
            }

            @Override
            public String finish(RunReport report) {
                throw new AssertionError("finished");
            }

            @Override
            public void close() {
                calls.add("close");
            }
        };
        assertThatThrownBy(() -> Video.of(INFO, FRAMES, REPORT).writeTo(failing))
                .hasMessage("no more");
        assertThat(calls).containsExactly("frame 0", "close");
    }

    @Test
    void hasTheFramesItsInfoAnnounces() {
        assertThatThrownBy(() -> Video.of(INFO, FRAMES.subList(0, 2), REPORT))
                .hasMessage("the video has 3 frames, there are 2");
        assertThatThrownBy(() -> Video.of(INFO, List.of(FRAMES.get(0), FRAMES.get(2), FRAMES.get(1)), REPORT))
                .hasMessageContaining("frame 2 2x1 in place 1");
        assertThatThrownBy(() -> {
                    try (FrameSink<Video> sink = VideoHandlers.inMemory().begin(INFO)) {
                        sink.finish(REPORT);
                    }
                })
                .hasMessageContaining("there are 0");
    }

    @Test
    void keepsSettingsInOrderAndForItself() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("z", 1);
        settings.put("a", 2);
        VideoInfo info = new VideoInfo("m", "h", "v", 2, 1, 16, 3, null, settings);
        settings.clear();
        assertThat(info.settings().keySet()).containsExactly("z", "a");
    }
}
