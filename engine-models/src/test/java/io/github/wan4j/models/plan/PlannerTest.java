package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {
    private static final Guidance GUIDANCE = new Guidance(3, 4);

    private static PlanRequest request(ModelKind kind, int steps, double shift, Solver solver) {
        return new PlanRequest(ModelShape.of(kind), new Size(1280, 704), 81, steps, shift, solver, GUIDANCE);
    }

    @ParameterizedTest
    @CsvSource({
        "T2V_A14B, 40, 12, UNIPC, 26",
        "T2V_A14B, 40, 12, DPMPP, 26",
        "I2V_A14B, 40, 5, UNIPC, 15",
        "I2V_A14B, 40, 3, UNIPC, 10",
        "I2V_A14B, 40, 3, DPMPP, 11",
        "T2V_A14B, 50, 12, UNIPC, 32",
        "I2V_A14B, 50, 5, UNIPC, 18",
        "T2V_A14B, 4, 5, EULER, 2",
        "I2V_A14B, 4, 5, EULER, 2",
    })
    void theExpertOfHighNoiseServesAsManyStepsAsInTheReference(
            ModelKind kind, int steps, double shift, Solver solver, int high) {
        ExecutionPlan plan = Planner.plan(request(kind, steps, shift, solver));
        assertThat(plan.steps().stream().filter(step -> step.expert() == Expert.HIGH))
                .hasSize(high);
        assertThat(plan.steps().subList(0, high))
                .allMatch(step -> step.expert() == Expert.HIGH && step.guidance() == 4);
        assertThat(plan.steps().subList(high, steps))
                .allMatch(step -> step.expert() == Expert.LOW && step.guidance() == 3);
    }

    @Test
    void theBoundaryItselfIsHighNoise() {
        ModelShape model = ModelShape.of(ModelKind.T2V_A14B);
        assertThat(Planner.expert(model, 875)).isEqualTo(Expert.HIGH);
        assertThat(Planner.expert(model, 874)).isEqualTo(Expert.LOW);
        assertThat(Planner.expert(ModelShape.of(ModelKind.TI2V_5B), 999)).isEqualTo(Expert.SINGLE);
    }

    @Test
    void everyStepOfBothBranchesIsComputed() {
        ExecutionPlan plan = Planner.plan(request(ModelKind.T2V_A14B, 40, 12, Solver.UNIPC));
        assertThat(plan.forwards()).isEqualTo(80);
        assertThat(plan.mask()).isEqualTo("#".repeat(40));
        assertThat(plan.forwardsBy())
                .isEqualTo(Map.of(
                        Expert.HIGH, Map.of(Branch.COND, 26, Branch.UNCOND, 26),
                        Expert.LOW, Map.of(Branch.COND, 14, Branch.UNCOND, 14)));
        PlannedStep last = plan.steps().get(39);
        assertThat(last.nextSigma()).isZero();
        assertThat(plan.steps().get(38).nextSigma()).isEqualTo(last.sigma());
    }

    @Test
    void aDistilledModelHasNoNegativeBranch() {
        ModelShape full = ModelShape.of(ModelKind.T2V_A14B);
        ModelShape distilled =
                new ModelShape("lightning", full.kind(), full.boundary(), true, full.transformer(), full.vae());
        ExecutionPlan plan =
                Planner.plan(new PlanRequest(distilled, new Size(832, 480), 81, 4, 5, Solver.EULER, new Guidance(1)));
        assertThat(plan.forwards()).isEqualTo(4);
        assertThat(plan.steps()).noneMatch(PlannedStep::guided);
    }

    @ParameterizedTest
    @CsvSource({
        "T2V_A14B, 832, 480, 81, 32760, '[16, 21, 60, 104]'",
        "T2V_A14B, 1280, 720, 81, 75600, '[16, 21, 90, 160]'",
        "TI2V_5B, 1280, 704, 121, 27280, '[48, 31, 44, 80]'",
        "TI2V_5B, 128, 128, 1, 16, '[48, 1, 8, 8]'",
    })
    void latentsAndTokensFollowFromTheSize(
            ModelKind kind, int width, int height, int frames, int tokens, String latent) {
        ExecutionPlan plan = Planner.plan(
                new PlanRequest(ModelShape.of(kind), new Size(width, height), frames, 4, 5, Solver.UNIPC, GUIDANCE));
        assertThat(plan.tokens()).isEqualTo(tokens);
        assertThat(plan.latent()).hasToString(latent);
    }

    @Test
    void everythingWrongIsReportedAtOnceWithTheNearestValidValue() {
        PlanRequest bad = new PlanRequest(
                ModelShape.of(ModelKind.TI2V_5B), new Size(1280, 720), 32, 0, -1, Solver.UNIPC, GUIDANCE);
        assertThatThrownBy(() -> Planner.plan(bad))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "size is 1280x720, ti2v-5b needs multiples of 32, take 1280x736",
                                        "frames is 32, it must be one more than a multiple of 4, take 33",
                                        "steps is 0, take at least 1",
                                        "shift is -1.0, take a number above 0"));
    }

    @Test
    void parametersAreThoseOfThePublishedNetworks() {
        List<Long> counts = List.of(ModelKind.T2V_A14B, ModelKind.I2V_A14B, ModelKind.TI2V_5B).stream()
                .map(kind -> ModelShape.of(kind).transformer().parameters())
                .toList();
        assertThat(counts).containsExactly(14_288_491_584L, 14_288_901_184L, 4_999_787_712L);
    }
}
