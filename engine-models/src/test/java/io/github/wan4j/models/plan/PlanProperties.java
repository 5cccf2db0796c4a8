package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class PlanProperties {
    private static final Set<ModelKind> KINDS = Set.of(ModelKind.values());

    @Provide
    Arbitrary<PlanRequest> requests() {
        return Combinators.combine(
                        Arbitraries.of(KINDS),
                        Arbitraries.of(Solver.class),
                        Arbitraries.integers().between(1, 120),
                        Arbitraries.doubles().between(0.5, 15),
                        Arbitraries.doubles().between(0, 1))
                .as((kind, solver, steps, shift, boundary) -> {
                    ModelShape full = ModelShape.of(kind);
                    ModelShape model =
                            new ModelShape(full.name(), kind, boundary, false, full.transformer(), full.vae());
                    return new PlanRequest(model, new Size(640, 352), 17, steps, shift, solver, new Guidance(3, 4));
                });
    }

    @Property(tries = 300)
    void aPlanAddsUp(
            @ForAll("requests") PlanRequest request,
            @ForAll @DoubleRange(max = 0.5) double threshold,
            @ForAll @IntRange(min = 1, max = 120) int first,
            @ForAll @IntRange(min = 1, max = 120) int last) {
        PlanOptions options = request.options().withCache(CachePolicy.magCache().withThreshold(threshold));
        if (first <= last && last <= request.steps()) {
            options = options.withGuidanceInterval(new StepInterval(first, last));
        }
        ExecutionPlan plan = Planner.plan(request.with(options));
        List<PlannedStep> steps = plan.steps();
        assertThat(steps).hasSize(request.steps());
        int marks = 0;
        for (Branch branch : Branch.values()) {
            marks += (int) plan.mask(branch).chars().filter(mark -> mark == '#').count();
        }
        int counted = plan.forwardsBy().values().stream()
                .flatMap(branches -> branches.values().stream())
                .mapToInt(Integer::intValue)
                .sum();
        assertThat(plan.forwards()).isEqualTo(marks).isEqualTo(counted);
        assertForcedStepsComputed(steps);
        assertExpertsDoNotInterleave(steps);
    }

    @Property(tries = 300)
    void aSpeedUpIsMetWithinOneForwardOrRefused(
            @ForAll("requests") PlanRequest request, @ForAll @DoubleRange(min = 1, max = 4) double speedup) {
        ExecutionPlan plan;
        try {
            plan = Planner.plan(request.with(request.options().withSpeedup(speedup)));
        } catch (InvalidRequestException e) {
            assertThat(e).hasMessageContaining("take ");
            return;
        }
        assertThat(Math.abs(plan.forwards() - request.uncachedForwards() / speedup))
                .isLessThanOrEqualTo(1);
        assertForcedStepsComputed(plan.steps());
    }

    @Property(tries = 300)
    void teaCacheMeetsASpeedUpWithinOneForwardOrRefusesIt(
            @ForAll("requests") PlanRequest request,
            @ForAll boolean ret,
            @ForAll @DoubleRange(min = 1, max = 6) double speedup) {
        // an embedding that moves ever faster, as the real ones do towards the end
        Numbers numbers = Numbers.of(i -> Math.exp(0.001 * i * i + 0.02 * i));
        CachePolicy policy =
                CachePolicy.teaCache().withRet(ret && request.model().kind() != ModelKind.TI2V_5B);
        PlanRequest wished = request.with(request.options().withCache(policy).withSpeedup(speedup));
        ExecutionPlan plan;
        try {
            plan = Planner.plan(wished, DeviceProfile.cpu(1), numbers);
        } catch (InvalidRequestException e) {
            assertThat(e).hasMessageContaining("take ");
            return;
        }
        assertThat(Math.abs(plan.forwards() - request.uncachedForwards() / speedup))
                .isLessThanOrEqualTo(1);
        assertForcedStepsComputed(plan.steps());
        int first = (int) Math.ceil(0.1 * request.steps());
        assertThat(plan.mask()).startsWith("#".repeat(first));
    }

    @Property(tries = 100)
    void theLargestSpeedUpThatARefusalNamesIsAccepted(@ForAll("requests") PlanRequest request) {
        try {
            Planner.plan(request.with(request.options().withSpeedup(50)));
        } catch (InvalidRequestException e) {
            String message = String.join("; ", e.problems());
            double nearest = Double.parseDouble(message.replaceAll(".*take (\\d+(\\.\\d+)?).*", "$1"));
            ExecutionPlan plan = Planner.plan(request.with(request.options().withSpeedup(nearest)));
            assertThat((double) request.uncachedForwards() / plan.forwards()).isBetween(nearest - 0.01, nearest + 0.01);
        }
    }

    private static void assertForcedStepsComputed(List<PlannedStep> steps) {
        for (PlannedStep step : steps) {
            PlannedStep before = step.index() == 0 ? null : steps.get(step.index() - 1);
            if (before == null || before.expert() != step.expert() || step.index() == steps.size() - 1) {
                assertThat(step.computeCond()).isTrue();
                assertThat(step.uncond()).isNotEqualTo(Action.REUSE);
            }
            if (before != null && !before.guided() && step.guided()) {
                assertThat(step.computeUncond()).isTrue();
            }
        }
    }

    private static void assertExpertsDoNotInterleave(List<PlannedStep> steps) {
        Set<Expert> seen = new HashSet<>();
        Expert last = null;
        for (PlannedStep step : steps) {
            if (step.expert() != last) {
                assertThat(seen.add(step.expert())).isTrue();
                last = step.expert();
            }
        }
        assertThat(seen.equals(Set.of(Expert.LOW, Expert.HIGH)) && steps.get(0).expert() == Expert.LOW)
                .isFalse();
    }
}
