package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReuseTest {
    private static final int STEPS = 11;

    /** Random errors, growing along a run. */
    private static ReuseRule rule(int seed, int longest) {
        Random random = new Random(seed);
        double[][] error = new double[STEPS][STEPS];
        for (int from = 0; from < STEPS; from++) {
            for (int step = from + 1; step < STEPS; step++) {
                error[from][step] = error[from][step - 1] + random.nextDouble();
            }
        }
        return new ReuseRule() {
            @Override
            public double error(int from, int step) {
                return error[from][step];
            }

            @Override
            public int longestRun() {
                return longest;
            }
        };
    }

    private static StepGrid grid() {
        List<Expert> experts = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            experts.add(step < 6 ? Expert.HIGH : Expert.LOW);
        }
        return new StepGrid(experts, step -> step < 8);
    }

    private record Costs(double worst, double total) {}

    private static Costs costs(SkipMask mask, ReuseRule rule) {
        double worst = Double.NEGATIVE_INFINITY;
        double total = 0;
        int from = 0;
        for (int step = 1; step < STEPS; step++) {
            if (mask.computes(step)) {
                from = step;
            } else if (step - from > rule.longestRun()) {
                return new Costs(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
            } else {
                worst = Math.max(worst, rule.error(from, step));
                total += rule.error(from, step);
            }
        }
        return new Costs(worst, total);
    }

    private static int passes(SkipMask mask, StepGrid grid) {
        int passes = 0;
        for (int step = 0; step < STEPS; step++) {
            passes += mask.computes(step) ? grid.branches(step) : 0;
        }
        return passes;
    }

    @Test
    void aSpeedUpIsMetByTheBestOfAllMasks() {
        StepGrid grid = grid();
        for (int seed = 0; seed < 12; seed++) {
            ReuseRule rule = rule(seed, 1 + seed % 4);
            Reuse reuse = new Reuse(grid, step -> false, rule);
            double speedup = 1 + (reuse.mostSpeedup(2 * STEPS) - 1) * (seed + 1) / 12;
            Reuse.Decision decision = reuse.forSpeedup(speedup, 2 * STEPS);
            int passes = passes(decision.mask(), grid);
            Costs best = new Costs(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
            for (int bits = 0; bits < 1 << STEPS; bits++) {
                int computed = bits;
                SkipMask mask = SkipMask.of(STEPS, step -> grid.forced(step) || (computed >> step & 1) != 0);
                Costs costs = costs(mask, rule);
                if (passes(mask, grid) == passes
                        && (costs.worst() < best.worst()
                                || (costs.worst() == best.worst() && costs.total() < best.total()))) {
                    best = costs;
                }
            }
            Costs actual = costs(decision.mask(), rule);
            assertThat(actual.worst()).isEqualTo(best.worst());
            assertThat(actual.total()).isCloseTo(best.total(), within(1e-12));
            assertThat(decision.threshold()).isEqualTo(best.worst());
        }
    }

    @Test
    void noSpeedUpReusesNothing() {
        Reuse reuse = new Reuse(grid(), step -> false, rule(3, 2));
        assertThat(reuse.forSpeedup(1, 19).mask()).isEqualTo(SkipMask.none(STEPS));
    }

    @Test
    void aSpeedUpBeyondTheRulesIsRefusedWithTheMostTheyAllow() {
        Reuse reuse = new Reuse(grid(), step -> false, rule(3, 1));
        double most = reuse.mostSpeedup(2 * STEPS);
        assertThatThrownBy(() -> reuse.forSpeedup(9, 2 * STEPS))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("speedup is 9.0, the rules allow 1 to %.2f here, take %.2f", most, most);
    }

    @Test
    void theThresholdItselfIsNotReached() {
        ReuseRule rule = rule(5, 10);
        Reuse reuse = new Reuse(grid(), step -> false, rule);
        double error = rule.error(0, 1);
        assertThat(reuse.below(error).mask().computes(1)).isTrue();
        assertThat(reuse.below(Math.nextUp(error)).mask().computes(1)).isFalse();
    }
}
