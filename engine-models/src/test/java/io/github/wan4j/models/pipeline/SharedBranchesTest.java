package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.BranchSharing;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both branches of a step begun once come to what they come to one by one, bit for bit and with less work. */
@ExtendWith(NoTensorLeaks.class)
class SharedBranchesTest {
    /** Of f32 values whose sums are taken in another order, after some steps of a network. */
    private static final double SAME = 1e-4;

    /** Of each self-attention: queries and keys. Two are the stem's, ten those of the five blocks behind it, twice. */
    private static final int ROTATIONS = 2;

    private static final String ROTATION = "rmsRope";

    /** With this shift the first steps belong to the expert of high noise, if there is one. */
    private static VideoRequest.Builder request() {
        return VideoRequest.builder("a red circle")
                .size(64, 64)
                .frames(5)
                .steps(6)
                .shift(12);
    }

    private static Map<String, VideoRequest.Builder> requests() {
        Map<String, VideoRequest.Builder> requests = new LinkedHashMap<>();
        requests.put("all steps", request());
        requests.put("reused steps", request().cache(CachePolicy.mask("#.#.##")));
        requests.put("guidance in some steps", request().guidanceInterval(2, 5));
        requests.put(
                "branches reused by themselves",
                request()
                        .steps(10)
                        .cache(CachePolicy.of(CachePolicy.Method.MAGCACHE_PUBLISHED)
                                .withThreshold(0.03)
                                .withK(1)));
        return requests;
    }

    static Stream<Arguments> jobs() {
        return Stream.of("mini-t2v", "mini-ti2v")
                .flatMap(model -> requests().keySet().stream().map(name -> Arguments.of(model, name)));
    }

    private static OpenModel open(UnsureSession session, BranchSharing sharing, String model) {
        return OpenModel.on(
                session, EngineConfig.builder().shareBranches(sharing).build(), model);
    }

    /** Where sampling ended, and how many rotations it took. */
    private record Run(Latents latents, int rotations, ExecutionPlan plan) {
        static Run of(BranchSharing sharing, String model, VideoRequest request) {
            UnsureSession session = new UnsureSession();
            try (OpenModel mini = open(session, sharing, model)) {
                session.forgetCalls();
                Latents end = mini.sample(request);
                return new Run(end, session.calls(ROTATION), mini.model().plan(request));
            }
        }

        int pairs() {
            return (int) plan.steps().stream().filter(plan::shares).count();
        }
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void oneAfterTheOtherChangesNothingButTheWork(String model, String name) {
        VideoRequest request =
                requests().getOrDefault(name, request()).batchGuidance(false).build();
        Run alone = Run.of(BranchSharing.OFF, model, request);
        Run shared = Run.of(BranchSharing.ON, model, request);
        assertThat(shared.latents()).isEqualTo(alone.latents());
        assertThat(alone.pairs()).isZero();
        assertThat(shared.pairs()).isPositive();
        assertThat(shared.rotations()).isEqualTo(alone.rotations() - ROTATIONS * shared.pairs());
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void inOneForwardTheBeginningIsComputedForOne(String model, String name) {
        VideoRequest.Builder request = requests().getOrDefault(name, request());
        Run apart = Run.of(BranchSharing.ON, model, request.batchGuidance(false).build());
        Run alone = Run.of(BranchSharing.OFF, model, request.batchGuidance(true).build());
        Run shared = Run.of(BranchSharing.ON, model, request.batchGuidance(true).build());
        assertThat(OpenModel.relativeError(shared.latents(), alone.latents())).isLessThan(SAME);
        assertThat(OpenModel.relativeError(shared.latents(), apart.latents())).isLessThan(SAME);
        assertThat(shared.rotations()).isEqualTo(alone.rotations());
    }

    /** Every token of the given frame has a timestep of its own. */
    @Test
    void aGivenFrameChangesNothing() {
        float[] values = new float[48 * 4 * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        Latents frame = Latents.of(values, 48, 1, 4, 4);
        VideoRequest request = request().firstFrame(frame).batchGuidance(false).build();
        Run alone = Run.of(BranchSharing.OFF, "mini-ti2v", request);
        Run shared = Run.of(BranchSharing.ON, "mini-ti2v", request);
        assertThat(shared.latents()).isEqualTo(alone.latents());
        assertThat(shared.rotations()).isLessThan(alone.rotations());
    }

    @Test
    void thePlanSaysSo() {
        UnsureSession session = new UnsureSession();
        try (OpenModel mini = open(session, BranchSharing.AUTO, "mini-t2v")) {
            ExecutionPlan plan = mini.model().plan(request().build());
            List<PlannedStep> steps = plan.steps();
            assertThat(steps).allMatch(plan::shares);
            assertThat(plan.placement().choices())
                    .anyMatch(choice -> choice.name().equals("shared branches")
                            && choice.value().equals("on")
                            && choice.reason().equals("both begin with the same self-attention"));
            ExecutionPlan reused =
                    mini.model().plan(request().guidanceInterval(2, 5).build());
            assertThat(reused.steps()).filteredOn(reused::shares).hasSize(4);
        }
    }

    /** In the stem, in the first branch, at its end, in the second, in a later step. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 12, 13, 22, 26})
    void whatFailsOnTheWayLeavesNothing(int call) {
        UnsureSession session = new UnsureSession();
        try (OpenModel mini = open(session, BranchSharing.ON, "mini-t2v")) {
            VideoRequest request = request().batchGuidance(false).build();
            Latents expected = mini.sample(request);
            session.at(ROTATION, call, () -> {
                throw new IllegalStateException("a broken device");
            });
            assertThatThrownBy(() -> mini.sample(request)).hasMessageContaining("a broken device");
            session.at(ROTATION, 0, () -> {});
            assertThat(mini.sample(request)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 12, 14, 22, 26})
    void whatIsCancelledOnTheWayLeavesNothing(int call) {
        UnsureSession session = new UnsureSession();
        try (OpenModel mini = open(session, BranchSharing.ON, "mini-t2v")) {
            Cancellation cancellation = new Cancellation();
            session.at(ROTATION, call, () -> cancellation.request("enough"));
            ResolvedRequest request =
                    mini.model().resolve(request().batchGuidance(false).build());
            Pipeline pipeline = new Pipeline(mini.model(), request, cancellation, progress -> {});
            assertThatThrownBy(() -> session.call(() -> pipeline.run(VideoHandlers.inMemory())))
                    .isInstanceOf(GenerationCancelledException.class)
                    .hasMessageContaining("enough");
            assertThat(session.calls(ROTATION)).isEqualTo(call); // not one block more
        }
    }

    /** What was kept for the other branch is the first thing to go, and nobody sees it in the video. */
    @Test
    void aDeviceThatRunsOutOfMemoryGoesOnWithoutSharing() {
        UnsureSession session = new UnsureSession();
        try (OpenModel mini = open(session, BranchSharing.AUTO, "mini-t2v")) {
            VideoRequest request = request().batchGuidance(false).build();
            Video expected = run(session, mini.model(), request);
            assertThat(expected.report().retries()).isEmpty();
            session.at(ROTATION, 26, () -> {
                throw new OutOfDeviceMemoryException(
                        Device.CPU, 2, 1, "less would fit", new IllegalStateException("a stand-in"));
            });
            Video video = run(session, mini.model(), request);
            assertThat(video.report().retries())
                    .extracting(RunReport.Retry::change)
                    .containsExactly("branches by themselves");
            assertThat(pixels(video)).isEqualTo(pixels(expected));
        }
    }

    private static Video run(UnsureSession session, Model model, VideoRequest request) {
        Pipeline pipeline = new Pipeline(model, model.resolve(request), new Cancellation(), progress -> {});
        return session.call(() -> pipeline.run(VideoHandlers.inMemory()));
    }

    private static List<ByteBuffer> pixels(Video video) {
        return video.frames().map(Frame::rgb).toList();
    }
}
