package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.UnusableOutputException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputCheckTest {
    private final List<String> calls = new ArrayList<>();
    private final OutputCheck<String> check = new OutputCheck<>(new FrameSink<>() {
        @Override
        public void frame(Frame frame) {
            calls.add("frame " + frame.index());
        }

        @Override
        public String finish(RunReport report) {
            calls.add("finish");
            return "done";
        }

        @Override
        public void close() {
            calls.add("close");
        }
    });

    private static Frame frame(int index, int level, int last) {
        byte[] rgb = new byte[3 * 4];
        Arrays.fill(rgb, (byte) level);
        rgb[rgb.length - 1] = (byte) last;
        return Frame.of(index, 2, 2, ByteBuffer.wrap(rgb));
    }

    @Test
    void holdsFramesBackUntilSomethingIsDrawn() {
        check.frame(frame(0, 200, 200));
        check.frame(frame(1, 200, 201));
        assertThat(calls).isEmpty();
        check.frame(frame(2, 200, 199));
        check.frame(frame(3, 0, 0));
        assertThat(calls).containsExactly("frame 0", "frame 1", "frame 2", "frame 3");
        assertThat(check.finish(RunReport.builder().build())).isEqualTo("done");
    }

    @Test
    void neverLetsAFlatVideoOut() {
        check.frame(frame(0, 255, 255));
        check.frame(frame(1, 254, 255));
        assertThatThrownBy(() -> check.finish(RunReport.builder().build()))
                .isInstanceOf(UnusableOutputException.class)
                .hasMessage("every pixel of the video is 254 or 255: nothing was drawn");
        check.close();
        assertThat(calls).containsExactly("close");
    }
}
