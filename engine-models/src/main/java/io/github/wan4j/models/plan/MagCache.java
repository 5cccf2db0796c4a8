package io.github.wan4j.models.plan;

import static java.lang.Math.abs;
import static java.lang.Math.max;

import io.github.wan4j.video.Branch;

/**
 * MagCache with one mask for both branches and a state of its own for each expert: the error of reusing is the sum over
 * the reused steps of |1 − Π|, Π being the product of the ratios since the last computed step; the worse branch counts.
 */
final class MagCache implements ReuseRule {
    /** Up to as many steps a model is taken for one that has no step to spare. */
    static final int FEW_STEPS = 8;

    private final double[] cond;
    private final double[] uncond;
    private final int k;

    MagCache(StepGrid grid, MagRatios ratios, int k) {
        this.cond = ratios.stretched(grid.runs(), Branch.COND);
        this.uncond = ratios.stretched(grid.runs(), Branch.UNCOND);
        this.k = k;
    }

    @Override
    public double error(int from, int step) {
        return max(error(cond, from, step), error(uncond, from, step));
    }

    private static double error(double[] ratios, int from, int step) {
        double product = 1;
        double error = 0;
        for (int i = from + 1; i <= step; i++) {
            product *= ratios[i];
            error += abs(1 - product);
        }
        return error;
    }

    @Override
    public int longestRun() {
        return k;
    }
}
