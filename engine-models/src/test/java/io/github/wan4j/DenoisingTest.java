package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Solver;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoJob.State;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sampling that the caller drives. */
@ExtendWith(NoTensorLeaks.class)
@Timeout(60)
class DenoisingTest {
    private static VideoRequest request(String model) {
        VideoRequest.Builder request = SmallJobs.request().steps(3);
        return model.equals("mini-ti2v") ? request.image(SmallJobs.picture()).build() : request.build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void stepByStepItIsTheSameVideo(String model) {
        try (VideoEngine engine = VideoEngine.open(model)) {
            List<ByteBuffer> expected = SmallJobs.pixels(engine.generate(request(model)));
            Latents result;
            try (Denoising denoising = engine.denoise(request(model))) {
                assertThat(denoising.plan().forwards()).isEqualTo(6);
                for (int i = 0; i < 3; i++) {
                    assertThat(denoising.hasNext()).isTrue();
                    StepEvent step = denoising.step();
                    assertThat(step.index()).isEqualTo(i);
                    assertThat(step.steps()).isEqualTo(3);
                    assertThat(step.remaining().isZero()).isEqualTo(i == 2);
                    denoising.replace(denoising.latents()); // changes nothing
                }
                assertThat(denoising.hasNext()).isFalse();
                assertThatThrownBy(denoising::step)
                        .isInstanceOf(NoSuchElementException.class)
                        .hasMessage("all 3 steps are taken");
                result = denoising.latents();
            }
            assertThat(SmallJobs.pixels(engine.vae().decode(result))).isEqualTo(expected);
        }
    }

    @Test
    void goesOnFromOtherLatents() {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            Latents middle;
            Latents end;
            try (Denoising denoising = engine.denoise(euler())) {
                step(denoising);
                middle = denoising.latents();
                step(denoising);
                end = denoising.latents();
            }
            try (Denoising denoising =
                    engine.denoise(euler().toBuilder().seed(1).build())) {
                step(denoising);
                assertThat(denoising.latents()).isNotEqualTo(middle);
                denoising.replace(middle); // Euler remembers nothing of earlier steps
                step(denoising);
                assertThat(denoising.latents()).isEqualTo(end);
                assertThatThrownBy(() -> denoising.replace(Latents.of(new float[4], 1, 1, 2, 2)))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessage("latents have shape [1, 1, 2, 2], this video needs [16, 2, 8, 8]");
            }
        }
    }

    private static VideoRequest euler() {
        return SmallJobs.request().solver(Solver.EULER).build();
    }

    private static void step(Denoising denoising) {
        StepEvent step = denoising.step();
        assertThat(step.computed()).isTrue();
    }

    @Test
    @SuppressWarnings("MustBeClosedChecker") // looked at after it was closed
    void holdsTheEnginesTurnUntilItIsClosed() {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            VideoJob<Video> later;
            Denoising denoising = engine.denoise(request("mini-t2v"));
            try (denoising) {
                later = engine.submit(SmallJobs.request().build());
                step(denoising);
                assertThat(later.state()).isEqualTo(State.QUEUED);
            }
            assertThat(later.join().frameCount()).isEqualTo(5);
            assertThatThrownBy(denoising::hasNext)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this denoising is closed");
            denoising.close();
        }
    }

    @Test
    void tellsTheRequestsListenerAndEndsWhenThatFails() {
        IllegalStateException failure = new IllegalStateException("enough");
        List<String> heard = new ArrayList<>();
        ProgressListener listener = new ProgressListener() {
            @Override
            public void onStep(StepEvent step) {
                heard.add("step " + step.index());
                if (step.index() == 1) {
                    throw failure;
                }
            }
        };
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            VideoRequest request =
                    request("mini-t2v").toBuilder().listener(listener).build();
            try (Denoising denoising = engine.denoise(request)) {
                step(denoising);
                assertThatThrownBy(denoising::step).isSameAs(failure);
                assertThatThrownBy(denoising::latents).hasMessage("this denoising is closed");
            }
            assertThat(heard).containsExactly("step 0", "step 1");
            Video next = engine.generate(SmallJobs.request().build());
            assertThat(next.frameCount()).isEqualTo(5);
        }
    }

    @Test
    void failsToOpenWithWhatWentWrong() {
        IllegalStateException failure = new IllegalStateException("no");
        ProgressListener listener = new ProgressListener() {
            @Override
            public void onStage(Stage stage, int i, int n) {
                if (stage == Stage.DENOISE) {
                    throw failure;
                }
            }
        };
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            VideoRequest request =
                    request("mini-t2v").toBuilder().listener(listener).build();
            assertThatThrownBy(() -> open(engine, request)).isSameAs(failure);
            assertThatThrownBy(() -> open(engine, SmallJobs.request().frames(4).build()))
                    .isInstanceOf(InvalidRequestException.class);
            Video next = engine.generate(SmallJobs.request().build());
            assertThat(next.frameCount()).isEqualTo(5);
        }
    }

    private static void open(VideoEngine engine, VideoRequest request) {
        try (Denoising denoising = engine.denoise(request)) {
            assertThat(denoising).isNull();
        }
    }

    @Test
    void anInterruptGivesUpTheWaitAndTheSteps() {
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> open(engine, request("mini-t2v")))
                    .isInstanceOf(GenerationCancelledException.class);
            assertThat(Thread.interrupted()).isTrue();
            try (Denoising denoising = engine.denoise(request("mini-t2v"))) {
                step(denoising);
                Thread.currentThread().interrupt();
                assertThatThrownBy(denoising::step).isInstanceOf(GenerationCancelledException.class);
                assertThat(Thread.interrupted()).isTrue();
            }
        }
    }
}
