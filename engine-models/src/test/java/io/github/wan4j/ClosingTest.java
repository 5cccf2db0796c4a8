package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.TextEncoder;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoJob.State;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoTensorLeaks.class)
@Timeout(60)
@SuppressWarnings("MustBeClosedChecker") // when they are closed is what is tested
class ClosingTest {
    @Test
    void cancelsWhatRunsAndWhatWaitsAndReturnsWhenAllHasEnded() throws InterruptedException {
        VideoEngine engine = VideoEngine.open("mini-t2v");
        SmallJobs.Gate gate = new SmallJobs.Gate();
        VideoJob<Video> running =
                engine.submit(SmallJobs.request().listener(gate).build());
        VideoJob<Video> waiting = engine.submit(SmallJobs.request().build());
        AtomicReference<@Nullable Throwable> heard = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                Video video = waiting.join();
                heard.set(new AssertionError(video.toString()));
            } catch (GenerationCancelledException e) {
                heard.set(e);
            }
        });
        caller.start();
        gate.reached.await();
        Thread second = new Thread(engine::close);
        second.start();
        caller.join(); // the job that waits is over at once
        assertThat(running.state()).isEqualTo(State.RUNNING);
        gate.open();
        engine.close(); // from two threads
        assertThat(SmallJobs.engineThreads()).isEmpty();
        second.join();
        assertThat(running.state()).isEqualTo(State.CANCELLED);
        assertThat(heard.get()).hasMessage("the engine was closed before the job began");
        assertThatThrownBy(running::join).hasMessage("the engine was closed");
    }

    @Test
    void anEngineThatIsClosedSaysSo() {
        VideoEngine engine = VideoEngine.open("mini-t2v");
        TextEncoder encoder = engine.textEncoder();
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.generate(SmallJobs.request().build()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the engine is closed");
        assertThatThrownBy(() -> openDenoising(engine)).hasMessage("the engine is closed");
        assertThatThrownBy(() -> encoder.encode("a cat"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        assertThat(engine.plan(SmallJobs.request().build()).forwards())
                .as("plans need no engine")
                .isEqualTo(4);
    }

    private static void openDenoising(VideoEngine engine) {
        try (Denoising denoising = engine.denoise(SmallJobs.request().build())) {
            assertThat(denoising).isNull();
        }
    }

    @Test
    void endsADenoisingThatIsOpen() {
        VideoEngine engine = VideoEngine.open("mini-t2v");
        try (Denoising denoising = engine.denoise(SmallJobs.request().build())) {
            StepEvent first = denoising.step();
            assertThat(first.index()).isZero();
            engine.close();
            assertThat(SmallJobs.engineThreads()).isEmpty();
            assertThatThrownBy(denoising::step)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this denoising is closed");
        }
    }

    @Test
    void freesEverythingAlsoOnAThreadThatWasInterrupted() {
        VideoEngine engine = VideoEngine.open("mini-t2v");
        Video video = engine.generate(SmallJobs.request().steps(1).build());
        assertThat(video.frameCount()).isEqualTo(5);
        Thread.currentThread().interrupt();
        engine.close();
        assertThat(Thread.interrupted()).as("interrupt status").isTrue();
        assertThat(SmallJobs.engineThreads()).isEmpty();
    }

    @Test
    void awakensAThreadThatWaitsForItsTurnToDenoise() throws InterruptedException {
        VideoEngine engine = VideoEngine.open("mini-t2v");
        SmallJobs.Gate gate = new SmallJobs.Gate();
        VideoJob<Video> running =
                engine.submit(SmallJobs.request().listener(gate).build());
        gate.reached.await();
        CountDownLatch asked = new CountDownLatch(1);
        AtomicReference<@Nullable Throwable> heard = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            asked.countDown();
            try {
                openDenoising(engine);
            } catch (GenerationCancelledException | IllegalStateException e) {
                heard.set(e);
            }
        });
        caller.start();
        asked.await();
        Thread closer = new Thread(engine::close);
        closer.start();
        caller.join();
        gate.open();
        closer.join();
        assertThat(heard.get()).hasMessageContaining("the engine");
        assertThat(running.state()).isEqualTo(State.CANCELLED);
    }
}
