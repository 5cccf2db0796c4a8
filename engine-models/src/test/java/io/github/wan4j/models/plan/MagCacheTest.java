package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MagCacheTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "T2V_A14B, false, ##########..#..#..#..#..#.######.#.#.###, ##########..#..#..#..#..#.######.#.#.###",
                "I2V_A14B, true, ##################..#..#..#.#.#.#.######, #################..#..#..#..#.#.#.######",
                "TI2V_5B, false, ##########..#..#..#..#..#..#..#..#..#.#.#.#.#.#.#.,"
                        + " ##########..#..#..#..#..#..#..#..#..#.#.#.#.#.#.#.",
                "TI2V_5B, true, ##########..#..#..#..#..#..#..#..#..#.#.#.#.#.###.,"
                        + " ##########..#..#..#..#..#..#..#..#..#.#.#.#.#.###.",
            })
    void theAuthorsRulesGiveTheirSkipPatterns(ModelKind kind, boolean image, String cond, String uncond) {
        PlanRequest request = Requests.of(kind);
        ExecutionPlan plan = Planner.plan(
                request.with(request.options().withImage(image).withCache(CachePolicy.of(Method.MAGCACHE_PUBLISHED))));
        assertThat(plan.mask(Branch.COND)).isEqualTo(cond);
        assertThat(plan.mask(Branch.UNCOND)).isEqualTo(uncond);
    }

    @Test
    void theAuthorsRulesWithoutRetentionStillReuseNothingOfTheOtherExpert() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        ExecutionPlan plan = Planner.plan(request.with(request.options()
                .withCache(CachePolicy.of(Method.MAGCACHE_PUBLISHED)
                        .withRetention(0)
                        .withThreshold(0.5)
                        .withK(6))));
        assertThat(plan.steps().get(0).computed()).hasSize(2);
        assertThat(plan.steps().get(26).computed()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(ModelKind.class)
    void oursHasOneMaskAndComputesTheFirstOfEachExpertAndTheLast(ModelKind kind) {
        PlanRequest request = Requests.of(kind);
        ExecutionPlan plan = Planner.plan(request.with(request.options()
                .withCache(CachePolicy.magCache().withRetention(0).withThreshold(0.5))));
        assertThat(plan.mask(Branch.UNCOND)).isEqualTo(plan.mask(Branch.COND));
        List<PlannedStep> steps = plan.steps();
        for (PlannedStep step : steps) {
            boolean first = step.index() == 0 || steps.get(step.index() - 1).expert() != step.expert();
            if (first || step.index() == steps.size() - 1) {
                assertThat(step.computeCond()).as("step " + step.index()).isTrue();
            }
        }
        assertThat(plan.forwards()).isLessThan(request.uncachedForwards());
    }

    @Test
    void noMoreThanKStepsAreReusedInARow() {
        PlanRequest request = Requests.of(ModelKind.TI2V_5B);
        for (int k = 1; k <= 5; k++) {
            String mask = Planner.plan(request.with(request.options()
                            .withCache(CachePolicy.magCache().withK(k).withThreshold(0.5))))
                    .mask();
            assertThat(mask).contains(".".repeat(k)).doesNotContain(".".repeat(k + 1));
        }
    }

    @Test
    void aThresholdOfZeroReusesNothing() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        assertThat(Planner.plan(request.with(request.options()
                                .withCache(CachePolicy.magCache().withThreshold(0))))
                        .mask())
                .isEqualTo("#".repeat(40));
    }

    @Test
    void fewStepsAndDistilledModelsReuseNothingAndThePlanSaysSo() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B, 8);
        ExecutionPlan plan = Planner.plan(request.with(request.options().withCache(CachePolicy.magCache())));
        assertThat(plan.mask()).isEqualTo("########");
        assertThat(plan.cache().notes()).singleElement().asString().contains("8 steps are too few");
        assertThatThrownBy(() -> Planner.plan(request.with(request.options().withSpeedup(1.5))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("take 1");
    }

    @Test
    void ratiosOfTheSameLengthStayAsTheyWerePublished() {
        MagRatios ratios = MagRatios.published("wan2.2-t2v-a14b");
        List<Run> runs = List.of(new Run(Expert.HIGH, 0, 26), new Run(Expert.LOW, 26, 40));
        double[] stretched = ratios.stretched(runs, Branch.COND);
        double[] nearest = ratios.nearest(40, Branch.COND);
        for (int step = 1; step < 40; step++) {
            if (step != 26) {
                assertThat(stretched[step]).as("step " + step).isCloseTo(nearest[step], within(1e-12));
            }
        }
        assertThat(stretched[0]).isNaN();
        assertThat(stretched[26]).as("the ratio of two different networks").isNaN();
        assertThat(nearest[26]).isCloseTo(0.655, within(0.001));
    }

    @Test
    void stretchedRatiosMultiplyToTheSameProductWithinEachExpert() {
        MagRatios ratios = MagRatios.published("wan2.2-i2v-a14b");
        double[] published =
                ratios.stretched(List.of(new Run(Expert.HIGH, 0, 15), new Run(Expert.LOW, 15, 40)), Branch.UNCOND);
        for (int high : new int[] {2, 9, 30}) {
            double[] other = ratios.stretched(
                    List.of(new Run(Expert.HIGH, 0, high), new Run(Expert.LOW, high, 2 * high)), Branch.UNCOND);
            assertThat(product(other, 1, high)).isCloseTo(product(published, 1, 15), within(1e-9));
            assertThat(product(other, high + 1, 2 * high)).isCloseTo(product(published, 16, 40), within(1e-9));
        }
    }

    @Test
    void anExpertOfASingleStepHasNoRatio() {
        double[] stretched = MagRatios.published("wan2.2-t2v-a14b")
                .stretched(List.of(new Run(Expert.HIGH, 0, 1), new Run(Expert.LOW, 1, 2)), Branch.COND);
        assertThat(stretched).containsOnly(Double.NaN);
    }

    @Test
    void theListOfEveryModelIsThere() {
        for (String name : List.of(
                "wan2.1-t2v-14b",
                "wan2.1-t2v-1.3b",
                "wan2.1-i2v-14b-480p",
                "wan2.1-i2v-14b-720p",
                "wan2.1-vace-1.3b",
                "wan2.1-vace-14b",
                "wan2.2-t2v-a14b",
                "wan2.2-ti2v-5b-t2v",
                "wan2.2-ti2v-5b-i2v",
                "wan2.2-i2v-a14b")) {
            assertThat(MagRatios.published(name).steps()).isBetween(40, 50);
        }
        assertThatThrownBy(() -> MagRatios.published("wan3"))
                .hasMessageContaining("has no 'wan3', it has wan2.1-t2v-14b");
    }

    private static double product(double[] ratios, int from, int end) {
        double product = 1;
        for (int i = from; i < end; i++) {
            product *= ratios[i];
        }
        return product;
    }
}
