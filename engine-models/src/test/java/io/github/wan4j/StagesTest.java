package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoJob.State;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever goes wrong at whichever point of a job, nothing is left of it and the next job is as on a fresh engine. */
class StagesTest {
    private final Path folder;

    StagesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** Hears everything in order, and does something at one point of it. */
    private static class Probe implements ProgressListener {
        final List<String> heard = new ArrayList<>();
        private final int point;
        private final Runnable action;

        Probe(int point, Runnable action) {
            this.point = point;
            this.action = action;
        }

        private void hear(String event) {
            heard.add(event);
            if (heard.size() - 1 == point) {
                action.run();
            }
        }

        @Override
        public void onStage(Stage stage, int i, int n) {
            hear(stage + " " + i + "/" + n);
        }

        @Override
        public void onStep(StepEvent step) {
            hear("step " + step.index());
        }

        @Override
        public void onLatents(Supplier<Latents> state, int step) {
            hear("latents " + step);
        }
    }

    private static VideoRequest request(ProgressListener listener) {
        return SmallJobs.request().image(SmallJobs.picture()).listener(listener).build();
    }

    private static Video plain(VideoEngine engine) {
        return engine.generate(request(new ProgressListener() {}));
    }

    @Test
    void listenersHearEveryStageInOrder() {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            Probe probe = new Probe(-1, () -> {});
            Video video = engine.generate(request(probe));
            assertThat(video.frameCount()).isEqualTo(5);
            assertThat(probe.heard)
                    .containsExactly(
                            "LOAD 0/3",
                            "LOAD 1/3",
                            "LOAD 2/3",
                            "LOAD 3/3",
                            "ENCODE 0/3",
                            "ENCODE 1/3",
                            "ENCODE 2/3",
                            "ENCODE 3/3",
                            "DENOISE 0/2",
                            "latents 0",
                            "DENOISE 1/2",
                            "step 0",
                            "latents 1",
                            "DENOISE 2/2",
                            "step 1",
                            "latents 2",
                            "DECODE 0/2",
                            "DECODE 2/2",
                            "WRITE 0/1");
        }
    }

    @Test
    void aFailureAnywhereLeavesNothingBehind() {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            List<ByteBuffer> expected = SmallJobs.pixels(plain(engine));
            int points = count(engine);
            long natives = Pointer.totalCount();
            for (int point = 0; point < points; point++) {
                IllegalStateException failure = new IllegalStateException("at point " + point);
                Probe probe = new Probe(point, () -> {
                    throw failure;
                });
                VideoJob<Path> job = engine.submit(request(probe), VideoHandlers.contactSheet(folder.resolve("x.png")));
                assertThatThrownBy(job::join).as(probe.heard.toString()).isSameAs(failure);
                assertThat(job.state()).isEqualTo(State.FAILED);
                assertThat(job.report().seed()).isEqualTo(42);
                assertThat(job.future()).isCompletedExceptionally();
                assertThat(probe.heard).hasSize(point + 1);
                assertThat(folder).as(probe.heard.toString()).isEmptyDirectory();
                assertThat(Pointer.totalCount()).as(probe.heard.toString()).isLessThanOrEqualTo(natives);
                assertThat(SmallJobs.pixels(plain(engine))).as("the job after").isEqualTo(expected);
            }
        }
        assertThat(SmallJobs.engineThreads()).isEmpty();
    }

    @Test
    void cancellingAnywhereLeavesNothingBehind() {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            List<ByteBuffer> expected = SmallJobs.pixels(plain(engine));
            int points = count(engine);
            long natives = Pointer.totalCount();
            for (int point = 0; point < points; point++) {
                CompletableFuture<VideoJob<Path>> itself = new CompletableFuture<>();
                Probe probe = new Probe(
                        point, () -> assertThat(itself.join().cancel()).isTrue());
                VideoJob<Path> job = engine.submit(request(probe), VideoHandlers.contactSheet(folder.resolve("x.png")));
                itself.complete(job);
                assertThatThrownBy(job::join)
                        .as(probe.heard.toString())
                        .isInstanceOf(GenerationCancelledException.class)
                        .hasMessage("the job was cancelled");
                assertThat(job.state()).isEqualTo(State.CANCELLED);
                assertThat(job.future().isCancelled()).isTrue();
                assertThat(job.cancel()).as("cancelled twice").isFalse();
                assertThat(folder).as(probe.heard.toString()).isEmptyDirectory();
                assertThat(Pointer.totalCount()).as(probe.heard.toString()).isLessThanOrEqualTo(natives);
                assertThat(SmallJobs.pixels(plain(engine))).as("the job after").isEqualTo(expected);
            }
        }
        assertThat(SmallJobs.engineThreads()).isEmpty();
    }

    private static int count(VideoEngine engine) {
        Probe all = new Probe(-1, () -> {});
        Video video = engine.generate(request(all));
        assertThat(video.frameCount()).isEqualTo(5);
        return all.heard.size();
    }

    @Test
    void aFailureWhileLoadingForTheFirstTimeLeavesNothingBehind() {
        List<ByteBuffer> expected;
        try (VideoEngine fresh = VideoEngine.open("mini-ti2v")) {
            expected = SmallJobs.pixels(plain(fresh));
        }
        long natives = Pointer.totalCount();
        for (int point = 0; point <= 3; point++) {
            IllegalStateException failure = new IllegalStateException("at point " + point);
            Probe probe = new Probe(point, () -> {
                throw failure;
            });
            try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
                assertThatThrownBy(() -> engine.generate(request(probe))).isSameAs(failure);
                assertThat(SmallJobs.pixels(plain(engine))).isEqualTo(expected);
            }
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(natives);
        }
    }

    @Test
    void aFileThatIsGoneWhenItIsNeededFailsTheJobAndNotTheEngine() throws Exception {
        MiniFolders.copy(MiniFolders.unpacked("mini-ti2v"), folder);
        Path vae = folder.resolve("Wan2.2_VAE.pth");
        Path away = folder.resolve("elsewhere");
        try (VideoEngine engine = VideoEngine.open(ModelSource.of(folder.toString()), EngineConfig.fromEnvironment())) {
            Files.move(vae, away);
            assertThatThrownBy(() -> plain(engine))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("the folder has no VAE");
            Files.move(away, vae);
            List<ByteBuffer> later = SmallJobs.pixels(plain(engine));
            try (VideoEngine fresh = VideoEngine.open("mini-ti2v")) {
                assertThat(later).isEqualTo(SmallJobs.pixels(plain(fresh)));
            }
        }
    }

    /** Breaks at one call of a sink. */
    private record Breaking(String call, RuntimeException failure, List<String> calls) implements VideoHandler<String> {
        private void hear(String name) {
            calls.add(name);
            if (name.equals(call)) {
                throw failure;
            }
        }

        @Override
        public FrameSink<String> begin(VideoInfo info) {
            hear("begin");
            return new FrameSink<>() {
                @Override
                public void frame(Frame frame) {
                    hear("frame " + frame.index());
                }

                @Override
                public String finish(RunReport report) {
                    hear("finish");
                    return "finished";
                }

                @Override
                public void close() {
                    hear("close");
                }
            };
        }
    }

    @Test
    void aSinkThatFailsIsClosedAndFailsTheJob() {
        try (VideoEngine engine = VideoEngine.open("mini-ti2v")) {
            List<ByteBuffer> expected = SmallJobs.pixels(plain(engine));
            long natives = Pointer.totalCount();
            for (String call : List.of("begin", "frame 0", "frame 4", "finish", "close")) {
                IllegalStateException failure = new IllegalStateException(call);
                Breaking handler = new Breaking(call, failure, new ArrayList<>());
                VideoJob<String> job = engine.submit(request(new ProgressListener() {}), handler);
                assertThatThrownBy(job::join).isSameAs(failure);
                assertThat(job.state()).isEqualTo(State.FAILED);
                assertThat(handler.calls()).endsWith(call.equals("begin") ? "begin" : "close");
                assertThat(Pointer.totalCount()).isLessThanOrEqualTo(natives);
                assertThat(SmallJobs.pixels(plain(engine))).isEqualTo(expected);
            }
        }
    }
}
