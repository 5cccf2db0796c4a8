package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.models.plan.TeaCache.Embeddings;
import io.github.wan4j.models.plan.TeaCache.Polynomial;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelKind;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TeaCacheTest {
    /** Embeddings that drift as a network's might: neighbours are alike, and each expert has its own. */
    private static float[][] embeddings(int steps, int seed) {
        Random random = new Random(seed);
        float[][] rows = new float[steps][64];
        for (int step = 0; step < steps; step++) {
            for (int i = 0; i < 64; i++) {
                float last = step == 0 ? (float) random.nextGaussian() : rows[step - 1][i];
                rows[step][i] = last + 0.06f * (float) random.nextGaussian();
            }
        }
        return rows;
    }

    /** The published loop for one branch, spelled out; single network, no-ret mode, the given steps forced. */
    private static String published(float[][] embeddings, Polynomial polynomial, double threshold, int forced) {
        StringBuilder mask = new StringBuilder();
        double accumulated = 0;
        float[] previous = embeddings[0];
        for (int step = 0; step < embeddings.length; step++) {
            boolean compute;
            if (step < forced || step == embeddings.length - 1) {
                compute = true;
                accumulated = 0;
            } else {
                double moved = 0;
                double size = 0;
                for (int i = 0; i < previous.length; i++) {
                    moved += Math.abs(embeddings[step][i] - previous[i]) / previous.length;
                    size += Math.abs(previous[i]) / previous.length;
                }
                accumulated += polynomial.at(moved / size);
                compute = accumulated >= threshold;
                if (compute) {
                    accumulated = 0;
                }
            }
            previous = embeddings[step];
            mask.append(compute ? '#' : '.');
        }
        return mask.toString();
    }

    @Test
    void decidesAsThePublishedLoopDoes() {
        Polynomial polynomial = new Polynomial("test", List.of(-12.0, 5.0, -0.1));
        StepGrid grid = new StepGrid(Collections.nCopies(50, Expert.SINGLE), step -> true);
        for (int seed = 0; seed < 20; seed++) {
            float[][] embeddings = embeddings(50, seed);
            double[] distances = TeaCache.distances(
                    grid,
                    step -> step,
                    new Embeddings(new Numbers((i, step) -> embeddings[(int) step], null), false, 0));
            for (double threshold : new double[] {0.1, 0.25, 0.5}) {
                String mask = new Reuse(
                                grid,
                                step -> step < 5,
                                new TeaCache(grid, distances, Map.of(Expert.SINGLE, polynomial)))
                        .below(threshold)
                        .mask()
                        .toString();
                assertThat(mask).isEqualTo(published(embeddings, polynomial, threshold, 5));
                assertThat(mask)
                        .satisfies(text -> assertThat(threshold < 0.5 || text.contains("."))
                                .isTrue());
            }
        }
    }

    @Test
    void polynomialsTakeTheHighestPowerFirst() {
        assertThat(new Polynomial("test", List.of(2.0, -3.0, 5.0)).at(10)).isEqualTo(175);
        Polynomial five = Objects.requireNonNull(Polynomial.published(ModelKind.TI2V_5B, false, 27_280));
        assertThat(five.at(0.1)).isCloseTo(0.11807, within(1e-5));
        assertThat(five.coefficients()).hasSize(6);
    }

    @Test
    void distancesDoNotCrossAnExpertSwitch() {
        StepGrid grid = new StepGrid(List.of(Expert.HIGH, Expert.HIGH, Expert.LOW, Expert.LOW), step -> true);
        float[][] rows = {{1, -1}, {2, -1}, {100, 100}, {100, 150}};
        Numbers numbers = new Numbers((i, step) -> rows[(int) step], null);
        assertThat(TeaCache.distances(grid, step -> step, new Embeddings(numbers, false, 0)))
                .containsExactly(Double.NaN, 0.5, Double.NaN, 0.25);
    }

    @Test
    void tokensOfAGivenFrameCountAndDoNotMove() {
        StepGrid grid = new StepGrid(List.of(Expert.SINGLE, Expert.SINGLE), step -> true);
        float[][] rows = {{3, -1}, {2, -2}, {4, -2}};
        Numbers numbers = new Numbers((i, step) -> rows[(int) step], null);
        // three frames of which the first is given: mean|E − P| = 2 · 2, mean|P| = 4 + 2 · 4, twice as many values
        double[] distances = TeaCache.distances(grid, step -> step + 1, new Embeddings(numbers, false, 0.5));
        assertThat(distances[1]).isCloseTo(4 / 12.0, within(1e-12));
    }

    @Test
    void isLabelledUncalibratedWhereNothingWasPublishedForTheModel() {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B);
        float[][] rows = embeddings(40, 1);
        ExecutionPlan plan = Planner.plan(
                request.with(request.options().withCache(CachePolicy.teaCache())),
                DeviceProfile.cpu(2),
                new Numbers((i, timestep) -> rows[i], null));
        assertThat(plan.cache().origin()).isEqualTo("polynomial published for wan2.1-t2v-14b, uncalibrated");
        assertThat(plan.cache().threshold()).isEqualTo(0.25);
        assertThat(plan.mask()).startsWith("####");
    }

    @Test
    void saysWhatItNeeds() {
        PlanRequest five = Requests.of(ModelKind.TI2V_5B);
        assertThatThrownBy(() -> Planner.plan(five.with(five.options().withCache(CachePolicy.teaCache()))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("instead of the bare name ti2v-5b");
        assertThatThrownBy(() -> Planner.plan(five.with(
                        five.options().withCache(CachePolicy.teaCache().withRet(true)))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("take the no-ret mode");
    }
}
