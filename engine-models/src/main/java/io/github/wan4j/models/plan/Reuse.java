package io.github.wan4j.models.plan;

import io.github.wan4j.video.InvalidRequestException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Decides what to reuse by a {@link ReuseRule}: up to a threshold, or for a speed-up at the least error. */
final class Reuse {
    /** What was decided, and the threshold it respects. */
    record Decision(SkipMask mask, double threshold) {}

    private final StepGrid grid;
    private final IntPredicate forced;
    private final ReuseRule rule;

    /** @param forced which steps are computed whatever the rule says; at least those of the grid */
    Reuse(StepGrid grid, IntPredicate forced, ReuseRule rule) {
        this.grid = grid;
        this.forced = step -> forced.test(step) || grid.forced(step);
        this.rule = rule;
    }

    /** Reuses as long as the error gathered since the last computed step stays below the threshold. */
    Decision below(double threshold) {
        int[] from = {0};
        SkipMask mask = SkipMask.of(grid.steps(), step -> {
            boolean skip =
                    !forced.test(step) && step - from[0] <= rule.longestRun() && rule.error(from[0], step) < threshold;
            if (!skip) {
                from[0] = step;
            }
            return !skip;
        });
        return new Decision(mask, threshold);
    }

    /**
     * Of all masks whose passes come nearest to the speed-up, one whose worst error is least, and among those the one of
     * the least total. That worst error is the threshold which had been worth asking for.
     */
    Decision forSpeedup(double speedup, int uncached) {
        int fewest = fewest();
        double wanted = uncached / speedup;
        if (!(speedup >= 1) || wanted < fewest - 1) {
            double most = Math.floor(100.0 * uncached / fewest) / 100;
            throw new InvalidRequestException(String.format(
                    Locale.ROOT,
                    "speedup is %s, the rules allow 1 to %.2f here, take %.2f",
                    speedup,
                    most,
                    speedup >= 1 ? most : 1));
        }
        int passes = paths(Double.POSITIVE_INFINITY).nearest(wanted);
        double[] limits = errors();
        int low = 0;
        int high = limits.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (paths(limits[middle]).reaches(passes)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return new Decision(paths(limits[low]).mask(passes), limits[low]);
    }

    /** Whether the speed-up can be met within one pass. */
    boolean allows(double speedup, int uncached) {
        return uncached / speedup >= fewest() - 1;
    }

    double mostSpeedup(int uncached) {
        return (double) uncached / fewest();
    }

    private int fewest() {
        return paths(Double.POSITIVE_INFINITY).fewest();
    }

    /** Passes when nothing is reused. */
    private int passes() {
        int passes = 0;
        for (int step = 0; step < grid.steps(); step++) {
            passes += grid.branches(step);
        }
        return passes;
    }

    /** Every error that a reused step can have, rising, with −∞ for reusing nothing. */
    private double[] errors() {
        double[] errors = new double[grid.steps() * Math.min(rule.longestRun(), grid.steps()) + 1];
        int count = 0;
        errors[count++] = Double.NEGATIVE_INFINITY;
        for (int from = 0; from < grid.steps(); from++) {
            for (int step = from + 1; mayReuse(from, step); step++) {
                errors[count++] = rule.error(from, step);
            }
        }
        double[] sorted = Arrays.copyOf(errors, count);
        Arrays.sort(sorted);
        return sorted;
    }

    private boolean mayReuse(int from, int step) {
        return step < grid.steps() && !forced.test(step) && step - from <= rule.longestRun();
    }

    /** The cheapest way from the first step to each later one for each number of passes, no error above the limit. */
    private Paths paths(double limit) {
        int steps = grid.steps();
        int most = passes();
        double[][] cost = new double[steps][most + 1];
        int[][] before = new int[steps][most + 1];
        for (double[] row : cost) {
            Arrays.fill(row, Double.NaN);
        }
        cost[0][grid.branches(0)] = 0;
        for (int from = 0; from < steps - 1; from++) {
            double gathered = 0;
            for (int next = from + 1; next < steps; next++) {
                int branches = grid.branches(next);
                for (int passes = 0; passes + branches <= most; passes++) {
                    double total = cost[from][passes] + gathered;
                    double known = cost[next][passes + branches];
                    if (!Double.isNaN(total) && (Double.isNaN(known) || total < known)) {
                        cost[next][passes + branches] = total;
                        before[next][passes + branches] = from;
                    }
                }
                if (!mayReuse(from, next) || rule.error(from, next) > limit) {
                    break;
                }
                gathered += rule.error(from, next);
            }
        }
        return new Paths(grid, cost[steps - 1], before);
    }

    /** Cost of reaching the last step by passes, and where each step was reached from. */
    private static final class Paths {
        private final StepGrid grid;
        private final double[] cost;
        private final int[][] before;

        Paths(StepGrid grid, double[] cost, int[][] before) {
            this.grid = grid;
            this.cost = cost;
            this.before = before;
        }

        boolean reaches(int passes) {
            return !Double.isNaN(cost[passes]);
        }

        int fewest() {
            return nearest(0);
        }

        /** The reachable number of passes nearest to the one wanted; of two the larger. */
        int nearest(double wanted) {
            int best = -1;
            for (int passes = 0; passes < cost.length; passes++) {
                if (reaches(passes) && (best < 0 || Math.abs(passes - wanted) <= Math.abs(best - wanted))) {
                    best = passes;
                }
            }
            return best;
        }

        SkipMask mask(int passes) {
            boolean[] computed = new boolean[grid.steps()];
            int left = passes;
            for (int step = grid.steps() - 1; step > 0; ) {
                computed[step] = true;
                int from = before[step][left];
                left -= grid.branches(step);
                step = from;
            }
            computed[0] = true;
            return SkipMask.of(grid.steps(), step -> computed[step]);
        }
    }
}
