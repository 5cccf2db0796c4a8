package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.Residency;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryLadderTest {
    private static final DeviceProfile H200 = DeviceProfile.named("h200");

    private static ExecutionPlan plan(ModelKind kind, boolean strict) {
        PlanRequest request = Requests.of(kind);
        return Planner.plan(request.with(request.options().withStrict(strict)), H200, null);
    }

    /** Every rung until there is none, as its difference to the one before. */
    private static List<String> way(ExecutionPlan plan, Stage stage) {
        List<String> way = new ArrayList<>();
        ExecutionPlan now = plan;
        for (Optional<Arrangement> next = new MemoryLadder(now, stage).next();
                next.isPresent();
                next = new MemoryLadder(now, stage).next()) {
            way.add(next.get().differenceTo(now.placement().arrangement()));
            now = now.arranged(next.get(), "a test");
        }
        return way;
    }

    @Test
    void decodingGoesFromChunksOverTilesToWeights() {
        assertThat(way(plan(ModelKind.T2V_A14B, false), Stage.DECODE))
                .containsExactly(
                        "vae chunk 2",
                        "vae chunk 1",
                        "vae tile 512,32",
                        "vae tile 256,32",
                        "vae tile 128,32",
                        "text encoder free",
                        "residency one-expert");
    }

    @Test
    void samplingKeepsTheAutoencoderAsItIs() {
        assertThat(way(plan(ModelKind.T2V_A14B, false), Stage.DENOISE))
                .containsExactly(
                        "branches by themselves", "text encoder free", "residency one-expert", "residency stream");
    }

    @Test
    void loadingEndsWithTheTextEncoderOnTheCpu() {
        assertThat(way(plan(ModelKind.TI2V_5B, false), Stage.LOAD))
                .containsExactly("text encoder free", "residency one-expert", "residency stream, text encoder cpu");
    }

    @Test
    void everyRungTakesLessThanTheOneBefore() {
        for (ModelKind kind : ModelKind.values()) {
            ExecutionPlan now = plan(kind, false);
            for (Optional<Arrangement> next = new MemoryLadder(now, Stage.DECODE).next();
                    next.isPresent();
                    next = new MemoryLadder(now, Stage.DECODE).next()) {
                ExecutionPlan less = now.arranged(next.get(), "a test");
                assertThat(less.placement().memory().decode())
                        .isLessThan(now.placement().memory().decode());
                now = less;
            }
        }
    }

    @Test
    void strictHasNoRung() {
        assertThat(new MemoryLadder(plan(ModelKind.T2V_A14B, true), Stage.DECODE).next())
                .isEmpty();
    }

    @Test
    void aCpuHasNoOtherPlaceForWeights() {
        PlanRequest request = Requests.of(ModelKind.TI2V_5B).withSize(new Size(320, 192), 17);
        ExecutionPlan plan = Planner.plan(request);
        assertThat(plan.placement().arrangement().residency()).isEqualTo(Residency.RESIDENT);
        assertThat(way(plan, Stage.DENOISE)).containsExactly("branches by themselves");
        assertThat(way(plan, Stage.DECODE)).containsExactly("vae chunk 1", "vae tile 256,64", "vae tile 128,64");
    }

    @Test
    void anotherArrangementIsTheSamePlanOtherwise() {
        ExecutionPlan plan = plan(ModelKind.T2V_A14B, false);
        ExecutionPlan other =
                plan.arranged(new MemoryLadder(plan, Stage.DENOISE).next().orElseThrow(), "a test");
        assertThat(other.steps()).isEqualTo(plan.steps());
        assertThat(other.forwardsBy()).isEqualTo(plan.forwardsBy());
    }
}
