package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.Progress;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.UnusableOutputException;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoJob.State;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoTensorLeaks.class)
@Timeout(60)
class JobsTest {
    private static @Nullable VideoEngine shared;

    @BeforeAll
    @SuppressWarnings("MustBeClosedChecker") // closed after the last test
    static void open() {
        VideoEngine engine = VideoEngine.open("mini-t2v");
        shared = engine;
        Video warm = engine.generate(SmallJobs.request().build());
        assertThat(warm.frameCount()).isEqualTo(5);
    }

    @AfterAll
    static void close() {
        engine().close();
        assertThat(SmallJobs.engineThreads()).isEmpty();
    }

    private static VideoEngine engine() {
        return Objects.requireNonNull(shared);
    }

    @Test
    void runOneAfterTheOtherInOrderOfSubmission() {
        List<Long> order = Collections.synchronizedList(new ArrayList<>());
        List<VideoJob<Video>> jobs = new ArrayList<>();
        for (long seed = 5; seed > 0; seed--) {
            long mine = seed;
            jobs.add(engine().submit(SmallJobs.request()
                    .seed(seed)
                    .listener(new ProgressListener() {
                        @Override
                        public void onStep(StepEvent step) {
                            order.add(mine);
                        }
                    })
                    .build()));
        }
        jobs.forEach(job -> assertThat(job.join().frameCount()).isEqualTo(5));
        assertThat(order).containsExactly(5L, 5L, 4L, 4L, 3L, 3L, 2L, 2L, 1L, 1L);
    }

    @Test
    void knowWhereTheyStand() throws InterruptedException {
        SmallJobs.Gate gate = new SmallJobs.Gate();
        VideoJob<Video> first =
                engine().submit(SmallJobs.request().listener(gate).build());
        List<Progress> seen = new ArrayList<>();
        CompletableFuture<VideoJob<Video>> itself = new CompletableFuture<>();
        VideoJob<Video> second = engine().submit(SmallJobs.request()
                .seed(7)
                .listener(new ProgressListener() {
                    @Override
                    public void onStage(Stage stage, int i, int n) {
                        seen.add(itself.join().progress());
                    }
                })
                .build());
        itself.complete(second);
        gate.reached.await();
        assertThat(first.state()).isEqualTo(State.RUNNING);
        assertThat(second.state()).isEqualTo(State.QUEUED);
        assertThat(second.progress()).isEqualTo(Progress.WAITING);
        assertThatThrownBy(second::report)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the job has not ended: it is QUEUED");
        gate.open();
        Video video = second.join();
        assertThat(first.state()).isEqualTo(State.DONE);
        assertThat(second.state()).isEqualTo(State.DONE);
        assertThat(second.future()).isCompletedWithValue(video);
        assertThat(second.plan().forwards()).isEqualTo(4);
        assertThat(seen)
                .extracting(Progress::stage)
                .extracting(Optional::orElseThrow)
                .isSorted()
                .contains(Stage.LOAD, Stage.ENCODE, Stage.DENOISE, Stage.DECODE, Stage.WRITE);
        assertThat(seen).extracting(Progress::elapsed).isSorted();
        Progress end = second.progress();
        assertThat(end.stage()).contains(Stage.WRITE);
        assertThat(end.done()).isEqualTo(end.of());
    }

    @Test
    void reportWhatTheyDid() {
        VideoJob<Video> job = engine().submit(SmallJobs.request().guidance(2, 3).build());
        Video video = job.join();
        RunReport report = job.report();
        assertThat(report.seed()).isEqualTo(42);
        assertThat(video.info().seed()).isEqualTo(42);
        assertThat(report.settings())
                .containsEntry("prompt", SmallJobs.PROMPT)
                .containsEntry("steps", 2)
                .containsEntry("size", "64x64")
                .containsEntry("frames", 5)
                .containsEntry("solver", "unipc")
                .containsEntry("device", "cpu")
                .containsEntry("precision", "fp32");
        assertThat(report.forwards()).isEqualTo(4);
        assertThat(report.forwardsBy())
                .isEqualTo(engine().plan(SmallJobs.request().build()).forwardsBy());
        assertThat(report.mask()).isEqualTo("##");
        RunReport.Seconds seconds = report.seconds();
        assertThat(seconds.denoise()).isPositive();
        assertThat(seconds.decode()).isPositive();
        assertThat(seconds.load() + seconds.encode() + seconds.denoise() + seconds.decode() + seconds.write())
                .isLessThanOrEqualTo(seconds.total());
        assertThat(video.info().modelHash()).isEqualTo(engine().model().hash());
    }

    @Test
    void areMadeOfTheSeedAlone() {
        List<ByteBuffer> first =
                SmallJobs.pixels(engine().generate(SmallJobs.request().build()));
        List<ByteBuffer> same =
                SmallJobs.pixels(engine().generate(SmallJobs.request().seed(42).build()));
        List<ByteBuffer> other =
                SmallJobs.pixels(engine().generate(SmallJobs.request().seed(43).build()));
        assertThat(same).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        VideoRequest random = SmallJobs.request().randomSeed().build();
        Video video = engine().generate(random);
        assertThat(video.report().seed()).isEqualTo(random.seed().getAsLong());
    }

    @Test
    void thatWaitCanBeCancelled() throws InterruptedException {
        SmallJobs.Gate gate = new SmallJobs.Gate();
        VideoJob<Video> running =
                engine().submit(SmallJobs.request().listener(gate).build());
        VideoJob<Video> waiting = engine().submit(SmallJobs.request().build());
        VideoJob<Video> future = engine().submit(SmallJobs.request().build());
        gate.reached.await();
        assertThat(waiting.cancel()).isTrue();
        assertThat(waiting.state()).isEqualTo(State.CANCELLED);
        assertThatThrownBy(waiting::join)
                .isInstanceOf(GenerationCancelledException.class)
                .hasMessage("the job was cancelled before the job began");
        assertThat(waiting.report().forwards()).isZero();
        assertThat(waiting.report().settings()).containsEntry("steps", 2);
        assertThat(future.future().cancel(true)).isTrue();
        assertThat(future.future().isCancelled()).isTrue();
        assertThat(future.state()).isEqualTo(State.CANCELLED);
        gate.open();
        assertThat(running.join().frameCount()).isEqualTo(5);
        assertThat(running.cancel()).as("after the end").isFalse();
        assertThat(running.future().cancel(true)).isFalse();
        assertThat(running.state()).isEqualTo(State.DONE);
    }

    @Test
    void areCancelledByAnInterruptOfTheThreadThatWaits() throws InterruptedException {
        SmallJobs.Gate gate = new SmallJobs.Gate();
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>(false);
        Thread caller = new Thread(() -> {
            try {
                Video video =
                        engine().generate(SmallJobs.request().listener(gate).build());
                thrown.set(new AssertionError(video.toString()));
            } catch (GenerationCancelledException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        gate.reached.await();
        caller.interrupt();
        gate.open();
        caller.join();
        assertThat(thrown.get())
                .isInstanceOf(GenerationCancelledException.class)
                .hasMessage("the thread that waited for the job was interrupted");
        assertThat(flag.get()).as("interrupt status").isTrue();
    }

    @Test
    void throwWhatWentWrongAsItIs() {
        AssertionError error = new AssertionError("not even an exception");
        VideoJob<Void> job = engine().submit(SmallJobs.request().build(), VideoHandlers.frames(frame -> {
            throw error;
        }));
        assertThatThrownBy(job::join).isSameAs(error);
        assertThatThrownBy(() -> job.future().join())
                .isInstanceOf(CompletionException.class)
                .hasCause(error);
    }

    @Test
    void holdTheDecoderUpWhileAFrameIsTaken() {
        List<Integer> frames = new ArrayList<>();
        CountDownLatch two = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        VideoJob<Void> job = engine().submit(
                        SmallJobs.request().frames(17).steps(1).build(), VideoHandlers.frames(frame -> {
                            frames.add(frame.index());
                            two.countDown();
                            if (frame.index() == 1) {
                                SmallJobs.await(goOn);
                            }
                        }));
        SmallJobs.await(two);
        assertThat(job.state()).isEqualTo(State.RUNNING);
        assertThat(job.progress().stage()).contains(Stage.DECODE);
        assertThat(job.progress().done())
                .as("latent frames done while the consumer is busy with the second chunk")
                .isEqualTo(1);
        goOn.countDown();
        job.join();
        assertThat(frames).hasSize(17).isSorted();
    }

    @Test
    void areQueuedTogetherOrNotAtAll() {
        VideoRequest fine = SmallJobs.request().steps(1).build();
        VideoRequest wrong = SmallJobs.request().frames(32).build();
        List<String> begun = new ArrayList<>();
        assertThatThrownBy(() -> engine().submitAll(List.of(fine, wrong), request -> info -> {
                    begun.add("begun");
                    return VideoHandlers.discard().begin(info);
                }))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("frames is 32");
        assertThatThrownBy(() -> engine().submitAll(List.of(fine, fine), request -> {
                    if (begun.isEmpty()) {
                        begun.add("asked");
                        return VideoHandlers.discard();
                    }
                    throw new IllegalStateException("no handler");
                }))
                .hasMessage("no handler");
        List<VideoJob<Video>> jobs = engine().submitAll(
                        List.of(fine, fine.toBuilder().seed(2).build()), request -> VideoHandlers.inMemory());
        assertThat(jobs).hasSize(2);
        assertThat(jobs.stream().map(VideoJob::join).map(video -> video.info().seed()))
                .containsExactly(42L, 2L);
        assertThat(begun).containsExactly("asked");
    }

    @Test
    void refuseToWaitForThemselves() {
        List<Throwable> refused = new ArrayList<>();
        List<Runnable> calls = List.of(
                () -> engine().close(),
                () -> assertThat(engine().generate(SmallJobs.request().build())).isNull(),
                () -> assertThat(engine().textEncoder().encode("a")).isNull(),
                () -> {
                    try (Denoising denoising =
                            engine().denoise(SmallJobs.request().build())) {
                        assertThat(denoising).isNull();
                    }
                });
        Video video = engine().generate(SmallJobs.request()
                .listener(new ProgressListener() {
                    @Override
                    public void onStep(StepEvent step) {
                        for (Runnable call : calls) {
                            try {
                                call.run();
                            } catch (IllegalStateException e) {
                                refused.add(e);
                            }
                        }
                    }
                })
                .steps(1)
                .build());
        assertThat(video.frameCount()).isEqualTo(5);
        assertThat(refused)
                .hasSize(4)
                .allSatisfy(e -> assertThat(e).hasMessageContaining("cannot wait for that engine"));
    }

    @Test
    void endWithAnErrorWhenTheirOutputIsNoVideo() {
        float[] values = new float[16 * 2 * 8 * 8];
        Arrays.fill(values, 1);
        values[77] = Float.NaN;
        List<Frame> frames = new ArrayList<>();
        VideoJob<Void> job = engine().submit(
                        SmallJobs.request()
                                .noise(Latents.of(values, 16, 2, 8, 8))
                                .build(),
                        VideoHandlers.frames(frames::add));
        assertThatThrownBy(job::join)
                .isInstanceOf(UnusableOutputException.class)
                .hasMessage("the latents after the last step hold values that are not finite");
        assertThat(job.state()).isEqualTo(State.FAILED);
        assertThat(job.report().forwards()).isEqualTo(4);
        assertThat(frames).isEmpty();
        assertThatThrownBy(() -> engine().vae().decode(Latents.of(values, 16, 2, 8, 8)))
                .isInstanceOf(UnusableOutputException.class)
                .hasMessageContaining("decoded frames from number 0 on");
    }
}
