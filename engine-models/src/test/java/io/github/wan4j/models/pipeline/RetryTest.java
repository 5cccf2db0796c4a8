package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.UnusableOutputException;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whole jobs on kernels that go wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetryTest {
    private static final String PLAIN = "plain kernels and attention";

    private final UnsureSession session = new UnsureSession();
    private final OpenModel mini = OpenModel.on(session, EngineConfig.fromEnvironment(), "mini-t2v");
    private final Jobs jobs = new Jobs(mini.model(), mini.queue());
    private final List<String> heard = new ArrayList<>();
    private List<ByteBuffer> expected = List.of();

    private VideoRequest request() {
        return VideoRequest.builder("a red circle")
                .size(64, 64)
                .frames(13)
                .steps(2)
                .shift(5)
                .listener(new ProgressListener() {
                    @Override
                    public void onStep(StepEvent step) {
                        heard.add("step " + step.index());
                    }

                    @Override
                    public void onWarning(String text) {
                        heard.add(text);
                    }
                })
                .build();
    }

    private <T> VideoJob<T> job(VideoHandler<T> handler) {
        heard.clear();
        return jobs.submit(request(), handler);
    }

    @BeforeAll
    void makesTheVideoUndisturbed() {
        VideoJob<Video> job = job(VideoHandlers.inMemory());
        expected = pixels(job.join());
        assertThat(job.report().retries()).isEmpty();
    }

    @AfterAll
    void close() {
        mini.close();
    }

    private static List<ByteBuffer> pixels(Video video) {
        return video.frames().map(Frame::rgb).toList();
    }

    @Test
    void samplesAgainInThePlainWayWhenTheLatentsAreNoNumbers() {
        session.breakFrom("guidance", 2);
        List<Safety> before = session.computed();
        VideoJob<Video> job = job(VideoHandlers.inMemory());
        assertThat(pixels(job.join())).isEqualTo(expected);
        RunReport.Retry retry = new RunReport.Retry(
                Stage.DENOISE, "the latents after the last step hold values that are not finite", PLAIN);
        assertThat(job.report().retries()).containsExactly(retry);
        assertThat(job.report().warnings()).containsExactly(retry.toString());
        assertThat(heard).containsExactly("step 0", "step 1", retry.toString(), "step 0", "step 1");
        assertThat(job.report().forwards()).isEqualTo(4); // of the attempt that counts
        assertThat(session.computed().subList(before.size(), before.size() + 2))
                .containsExactly(Safety.PLAIN, Safety.FAST);
    }

    @Test
    void decodesAgainWithoutSamplingAgain() {
        session.breakAt("layout", 1);
        VideoJob<Video> job = job(VideoHandlers.inMemory());
        assertThat(pixels(job.join())).isEqualTo(expected);
        RunReport.Retry retry = new RunReport.Retry(
                Stage.DECODE, "decoded frames from number 0 on hold values that are not finite", PLAIN);
        assertThat(job.report().retries()).containsExactly(retry);
        assertThat(heard).containsExactly("step 0", "step 1", retry.toString());
    }

    @Test
    void forgetsPromptsThatWereEncodedWrongly() {
        session.breakFrom("geluGate", 1);
        VideoRequest other =
                request().toBuilder().prompt("a prompt that no other test has").build();
        VideoJob<Video> job = jobs.submit(other, VideoHandlers.inMemory());
        assertThat(job.join().frameCount()).isEqualTo(13);
        assertThat(job.report().retries()).hasSize(1);
        assertThat(job.report().retries().get(0).reason()).contains("the vectors of a prompt");
        VideoJob<Video> next = jobs.submit(other, VideoHandlers.inMemory());
        assertThat(pixels(next.join())).isEqualTo(pixels(job.join()));
        assertThat(next.report().retries()).isEmpty();
    }

    @Test
    void failsWhenTheSaferPathHelpsAsLittle() {
        session.breakFrom("guidance", 1);
        session.always();
        Kept kept = new Kept();
        VideoJob<String> job = job(kept);
        assertThatThrownBy(job::join).isInstanceOf(UnusableOutputException.class);
        assertThat(job.report().retries()).hasSize(1);
        assertThat(kept.calls).containsExactly("close");
    }

    @Test
    void failsWhenFramesHaveLeftAlready() {
        session.breakFrom("layout", 2);
        Kept kept = new Kept();
        VideoJob<String> job = job(kept);
        assertThatThrownBy(job::join)
                .isInstanceOf(UnusableOutputException.class)
                .hasMessageContaining("decoded frames from number 5 on");
        assertThat(job.report().retries()).isEmpty();
        assertThat(kept.calls).hasSize(6).contains("frame 4").endsWith("close");
    }

    /** Writes down what becomes of its frames. */
    private static final class Kept implements VideoHandler<String> {
        final List<String> calls = new ArrayList<>();

        @Override
        public FrameSink<String> begin(VideoInfo info) {
            return new FrameSink<>() {
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
            };
        }
    }
}
