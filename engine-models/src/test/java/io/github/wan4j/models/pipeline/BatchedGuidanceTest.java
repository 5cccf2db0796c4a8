package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.BranchSharing;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.VideoRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Both branches in one forward come to what they come to one by one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchedGuidanceTest {
    /** Of f32 values whose sums are taken in another order, over more rows of the shorter prompt, after some steps of a network. */
    private static final double SAME = 1e-4;

    private final UnsureSession session = new UnsureSession();
    private final OpenModel mini = OpenModel.on(
            session, EngineConfig.builder().shareBranches(BranchSharing.OFF).build(), "mini-t2v");

    @AfterAll
    void close() {
        mini.close();
    }

    /** With this shift the first four of six steps belong to the expert of high noise. */
    private static VideoRequest.Builder request() {
        return VideoRequest.builder("a red circle")
                .size(64, 64)
                .frames(5)
                .steps(6)
                .shift(12);
    }

    /** @param batched steps of which both branches go in one forward, of {@code forwards} in all */
    private void comparesWithTwoPasses(VideoRequest.Builder request, int forwards, int batched) {
        session.forgetCalls();
        Latents two = mini.sample(request.batchGuidance(false).build());
        int blocks = session.calls("rmsRope") / forwards;
        assertThat(session.calls("rmsRope")).isEqualTo(forwards * blocks);
        session.forgetCalls();
        Latents one = mini.sample(request.batchGuidance(true).build());
        assertThat(session.calls("rmsRope")).isEqualTo((forwards - batched) * blocks);
        assertThat(OpenModel.relativeError(one, two)).isLessThan(SAME);
    }

    @Test
    void everyStep() {
        comparesWithTwoPasses(request(), 12, 6);
    }

    @Test
    void stepsThatAreNotReused() {
        comparesWithTwoPasses(request().cache(CachePolicy.mask("#.#.##")), 8, 4);
    }

    @Test
    void stepsInWhichTheNegativePromptTakesPart() {
        comparesWithTwoPasses(request().guidanceInterval(2, 5), 10, 4);
    }

    @Test
    void aReusedBranchAndOneThatIsComputedGoByThemselves() {
        VideoRequest.Builder request = request()
                .steps(10)
                .cache(CachePolicy.of(CachePolicy.Method.MAGCACHE_PUBLISHED)
                        .withThreshold(0.03)
                        .withK(1));
        ExecutionPlan plan = mini.model().plan(request.build());
        int both = (int) plan.steps().stream()
                .filter(step -> step.computeCond() && step.computeUncond())
                .count();
        assertThat(plan.forwards()).isGreaterThan(2 * both).isLessThan(20);
        comparesWithTwoPasses(request, plan.forwards(), both);
    }
}
