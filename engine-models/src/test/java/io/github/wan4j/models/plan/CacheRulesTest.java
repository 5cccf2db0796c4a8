package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Tier;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CacheRulesTest {
    private static ExecutionPlan plan(ModelKind kind, UnaryOperator<PlanOptions> options) {
        PlanRequest request = Requests.of(kind);
        return Planner.plan(request.with(options.apply(request.options())));
    }

    private static void assertRefused(UnaryOperator<PlanOptions> options, String... parts) {
        assertThatThrownBy(() -> plan(ModelKind.T2V_A14B, options))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void aMaskIsTakenAsGivenInEveryTier() {
        String mask = "#".repeat(20) + "#.#.#." + "#" + "..#".repeat(4) + "#";
        for (Tier tier : Tier.values()) {
            ExecutionPlan plan =
                    plan(ModelKind.T2V_A14B, options -> options.withTier(tier).withCache(CachePolicy.mask(mask)));
            assertThat(plan.mask()).isEqualTo(mask);
            assertThat(plan.mask(Branch.UNCOND)).isEqualTo(mask);
            assertThat(plan.forwards()).isEqualTo(2 * 29);
        }
    }

    @Test
    void aMaskThatDoesNotFitIsRefusedWithTheNearestThatDoes() {
        assertRefused(
                options -> options.withCache(CachePolicy.mask("##.")),
                "mask has 3 steps, the run has 40",
                "##." + "#".repeat(37));
        String skipsTheSwitch = "#".repeat(26) + "." + "#".repeat(12) + ".";
        assertRefused(options -> options.withCache(CachePolicy.mask(skipsTheSwitch)), "take " + "#".repeat(40));
        assertRefused(options -> options.withCache(CachePolicy.mask("#".repeat(39) + "x")), "'x' at step 40");
    }

    @Test
    void outsideTheGuidanceIntervalTheNegativeBranchIsOff() {
        ExecutionPlan plan =
                plan(ModelKind.T2V_A14B, options -> options.withGuidanceInterval(StepInterval.parse("3-30")));
        assertThat(plan.mask(Branch.UNCOND)).isEqualTo("  " + "#".repeat(28) + " ".repeat(10));
        assertThat(plan.forwards()).isEqualTo(40 + 28);
        assertThat(plan.steps().get(1).guided()).isFalse();
    }

    @Test
    void theNegativeBranchIsComputedWhereItBegins() {
        ExecutionPlan plan = plan(
                ModelKind.T2V_A14B,
                options -> options.withGuidanceInterval(new StepInterval(8, 40))
                        .withCache(CachePolicy.magCache().withRetention(0).withThreshold(0.5)));
        assertThat(plan.mask(Branch.UNCOND)).startsWith("       #");
        assertThat(plan.mask(Branch.COND))
                .contains(".")
                .satisfies(mask -> assertThat(mask.charAt(7)).isEqualTo('#'));
    }

    @Test
    void anIntervalOutsideTheRunIsRefused() {
        assertRefused(options -> options.withGuidanceInterval(new StepInterval(0, 50)), "0-50", "take 1-40");
        assertRefused(options -> options.withGuidanceInterval(new StepInterval(9, 3)), "9-3", "take 9-9");
        assertThatThrownBy(() -> StepInterval.parse("3..9")).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void settingsOutOfRangeAreRefusedWithTheNearestValue() {
        assertRefused(
                options -> options.withCache(CachePolicy.magCache().withThreshold(0.7)),
                "magcache takes 0.0 to 0.5, take 0.5");
        assertRefused(
                options -> options.withCache(CachePolicy.teaCache().withThreshold(0.05)),
                "teacache takes 0.1 to 0.5, take 0.1");
        assertRefused(options -> options.withCache(CachePolicy.none().withThreshold(0.2)), "does not have");
        assertRefused(options -> options.withCache(CachePolicy.magCache().withK(0)), "take at least 1");
        assertRefused(options -> options.withCache(CachePolicy.magCache().withRetention(1.5)), "take 1");
        assertRefused(options -> options.withCache(CachePolicy.teaCache().withK(3)), "magcache-k");
        assertRefused(options -> options.withSpeedup(0.5), "speedup is 0.5, take 1 or more");
        assertRefused(options -> options.withSpeedup(100), "the rules allow 1 to");
        assertRefused(
                options ->
                        options.withSpeedup(2).withCache(CachePolicy.magCache().withThreshold(0.1)),
                "give one of them");
        assertRefused(options -> options.withSpeedup(2).withCache(CachePolicy.none()), "cannot aim for");
    }

    @Test
    void namesOfMethodsAndTiersAreReadInAnyCase() {
        assertThat(CachePolicy.parse("MagCache-Published").method()).isEqualTo(Method.MAGCACHE_PUBLISHED);
        assertThat(CachePolicy.parse("TeaCache-Ret"))
                .isEqualTo(CachePolicy.teaCache().withRet(true));
        assertThat(Tier.parse("Balanced")).isEqualTo(Tier.BALANCED);
        assertThatThrownBy(() -> CachePolicy.parse("teacahe")).hasMessageContaining("did you mean 'teacache'?");
        assertThatThrownBy(() -> Tier.parse("fast")).hasMessageContaining("exact, quality, balanced, speed");
    }

    @ParameterizedTest
    @EnumSource(ModelKind.class)
    void eachTierComputesNoMoreThanTheOneAboveIt(ModelKind kind) {
        int forwards = Integer.MAX_VALUE;
        for (Tier tier : Tier.values()) {
            ExecutionPlan plan = plan(kind, options -> options.withTier(tier));
            assertThat(plan.forwards()).isLessThanOrEqualTo(forwards);
            forwards = plan.forwards();
        }
        assertThat((double) Requests.of(kind).uncachedForwards() / forwards).isBetween(1.95, 2.05);
    }

    @Test
    void aSpeedUpIsMetInEveryTierAndWhatGaveWayForItIsSaid() {
        for (Tier tier : Tier.values()) {
            ExecutionPlan plan =
                    plan(ModelKind.I2V_A14B, options -> options.withTier(tier).withSpeedup(2.5));
            assertThat(plan.forwards()).isEqualTo(32);
            assertThat(plan.cache().notes()).singleElement().asString().contains("speed-up of 2.5");
        }
    }

    @Test
    void whereNoStepCanBeSparedNothingIsReused() {
        PlanRequest few = Requests.of(ModelKind.T2V_A14B, 8);
        ModelShape full = ModelShape.of(ModelKind.T2V_A14B);
        ModelShape distilled =
                new ModelShape(full.name(), full.kind(), full.boundary(), true, full.transformer(), full.vae());
        PlanRequest many = Requests.of(ModelKind.T2V_A14B, 20);
        PlanRequest trained = new PlanRequest(
                distilled, many.size(), many.frames(), 20, many.shift(), many.solver(), many.guidance());
        Numbers numbers = Numbers.of(i -> 1.0 + i);
        for (CachePolicy policy :
                List.of(CachePolicy.magCache(), CachePolicy.of(Method.MAGCACHE_PUBLISHED), CachePolicy.teaCache())) {
            for (PlanRequest request : List.of(few, trained)) {
                CacheDecision decision = Planner.plan(
                                request.with(PlanOptions.DEFAULT.withCache(policy)), DeviceProfile.cpu(1), numbers)
                        .cache();
                assertThat(decision.method()).isEqualTo(Method.NONE);
                assertThat(decision.cond()).isEqualTo(SkipMask.none(request.steps()));
                assertThat(decision.notes()).singleElement().asString().startsWith("nothing is reused: ");
            }
        }
        assertThat(Planner.plan(few.with(PlanOptions.DEFAULT.withCache(CachePolicy.mask("##.#.###"))))
                        .mask())
                .as("what is said step by step is done")
                .isEqualTo("##.#.###");
    }
}
