package io.github.wan4j.models.plan;

import static java.lang.Math.abs;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.ModelKind;

/**
 * MagCache as its authors wrote it, call by call: cond and uncond take turns, each decides for itself, the ratio at the
 * expert switch counts like any other, and the last step may be reused. One thing is not repeated: an expert that has
 * nothing of its own to reuse computes.
 */
final class PublishedMagCache {
    private final ModelKind kind;
    private final StepGrid grid;
    private final MagRatios ratios;
    private final MagRatios.Defaults settings;

    PublishedMagCache(ModelKind kind, StepGrid grid, MagRatios ratios, MagRatios.Defaults settings) {
        this.kind = kind;
        this.grid = grid;
        this.ratios = ratios;
        this.settings = settings;
    }

    SkipMask mask(Branch branch) {
        double[] ratio = ratios.nearest(grid.steps(), branch);
        boolean[] computed = new boolean[grid.steps()];
        double product = 1;
        double error = 0;
        int reused = 0;
        for (int step = 0; step < computed.length; step++) {
            computed[step] = true;
            if (!mayReuse(2 * step + (branch == Branch.COND ? 0 : 1))) {
                continue;
            }
            product *= ratio[step];
            reused++;
            error += abs(1 - product);
            if (error < settings.threshold() && reused <= settings.k() && !grid.nothingToReuse(step)) {
                computed[step] = false;
            } else {
                product = 1;
                error = 0;
                reused = 0;
            }
        }
        return SkipMask.of(computed.length, step -> computed[step]);
    }

    /** Whether a call lies in the region that the authors allow for this model. */
    private boolean mayReuse(int call) {
        int calls = 2 * grid.steps();
        int high = 2 * grid.runs().get(0).end();
        double retention = settings.retention();
        return switch (kind) {
            case TI2V_5B -> call >= (int) (calls * retention);
            case T2V_A14B ->
                call >= (int) (high * retention) && !(high <= call && call <= high + (calls - high) * retention);
            case I2V_A14B -> call >= (int) (high + (calls - high) * retention);
        };
    }
}
