package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A device that runs out of memory in the middle of a job. */
@ExtendWith(NoTensorLeaks.class)
class OutOfMemoryTest {
    private static final String CONVOLUTION = "convolution";

    private final ScarceSession session;
    private final Model model;
    private final JobQueue queue;
    private final Jobs jobs;

    OutOfMemoryTest() {
        EngineConfig config = EngineConfig.fromEnvironment();
        session = new ScarceSession(config);
        model = new Model(ModelFolder.open(ModelSource.of("mini-t2v"), config.cacheDir()), config, session, "test");
        queue = new JobQueue(session);
        jobs = new Jobs(model, queue);
    }

    @AfterEach
    void close() {
        queue.close(model::close);
        session.close();
    }

    private static VideoRequest.Builder request() {
        return VideoRequest.builder("a red circle")
                .size(160, 64)
                .frames(17)
                .steps(2)
                .seed(3);
    }

    private VideoJob<Video> run(VideoRequest request) {
        VideoJob<Video> job = jobs.submit(request, VideoHandlers.inMemory());
        assertThat(job.join().frameCount()).isEqualTo(17);
        return job;
    }

    private static List<byte[]> frames(Video video) {
        List<byte[]> frames = new ArrayList<>();
        video.frames().forEach(frame -> {
            byte[] rgb = new byte[frame.rgb().remaining()];
            frame.rgb().get(rgb);
            frames.add(rgb);
        });
        return frames;
    }

    private long largestOf(VideoRequest request) {
        session.limit(CONVOLUTION, Long.MAX_VALUE);
        RunReport report = run(request).report();
        assertThat(report.retries()).isEmpty();
        return session.largest();
    }

    @Test
    void aShorterChunkTakesOverAmidTheVideoAndNoFrameIsLostOrDoubled() {
        long whole = largestOf(request().build());
        Video expected = run(request().build()).join();
        session.limit(CONVOLUTION, whole - 1);
        VideoJob<Video> job = run(request().build());
        assertThat(session.failures()).isEqualTo(1);
        RunReport report = job.report();
        assertThat(report.retries()).singleElement().satisfies(retry -> {
            assertThat(retry.stage()).isEqualTo(Stage.DECODE);
            assertThat(retry.reason()).contains("of memory free");
            assertThat(retry.change()).isEqualTo("vae chunk 1");
        });
        assertThat(report.choices())
                .anyMatch(choice -> choice.name().equals("arrangement")
                        && choice.value().contains("1 latent frames at a time")
                        && choice.reason().equals("the device ran out of memory"));
        assertThat(report.warnings()).anyMatch(warning -> warning.contains("once more with vae chunk 1"));
        List<byte[]> frames = frames(job.join());
        List<byte[]> wanted = frames(expected);
        for (int i = 0; i < wanted.size(); i++) {
            assertThat(frames.get(i)).as("frame %d", i).hasSameSizeAs(wanted.get(i));
            for (int at = 0; at < wanted.get(i).length; at++) {
                assertThat(Math.abs((frames.get(i)[at] & 255) - (wanted.get(i)[at] & 255)))
                        .isLessThanOrEqualTo(1); // sums in another order
            }
        }
    }

    @Test
    void whenNoRungIsLeftTheFailureSaysWhatWouldFitAndTheEngineGoesOn() {
        long whole = largestOf(request().build());
        long before = Pointer.totalCount();
        session.limit(CONVOLUTION, 1);
        VideoJob<Video> job = jobs.submit(request().build(), VideoHandlers.inMemory());
        assertThatThrownBy(job::join)
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageContaining("of memory free and ")
                .hasMessageContaining("would fit");
        assertThat(job.report().retries()).hasSizeGreaterThanOrEqualTo(1);
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        session.limit(CONVOLUTION, whole);
        assertThat(run(request().build()).report().retries()).isEmpty();
    }

    @Test
    void strictTakesNoOtherWay() {
        long whole = largestOf(request().build());
        session.limit(CONVOLUTION, whole - 1);
        VideoJob<Video> job = jobs.submit(request().strict(true).build(), VideoHandlers.inMemory());
        assertThatThrownBy(job::join)
                .isInstanceOf(OutOfDeviceMemoryException.class)
                .hasMessageEndingWith("or the same without strict");
        assertThat(job.report().retries()).isEmpty();
    }
}
