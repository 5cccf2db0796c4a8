package io.github.wan4j.models.plan;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.Plan;
import java.util.EnumSet;
import java.util.Set;

/**
 * One denoising step of a plan.
 *
 * @param index counts from 0
 * @param timestep what the network is told
 * @param sigma noise level of the latents that enter
 * @param nextSigma noise level of those that leave
 * @param cond what the branch of the prompt does
 * @param uncond what the branch of the negative prompt does; where it is off, the prompt alone decides
 */
public record PlannedStep(
        int index,
        double timestep,
        double sigma,
        double nextSigma,
        Expert expert,
        double guidance,
        Action cond,
        Action uncond)
        implements Plan.Step {

    public boolean computeCond() {
        return cond == Action.COMPUTE;
    }

    public boolean computeUncond() {
        return uncond == Action.COMPUTE;
    }

    /** Whether the negative prompt plays a part. */
    public boolean guided() {
        return uncond != Action.OFF;
    }

    public Action of(Branch branch) {
        return branch == Branch.COND ? cond : uncond;
    }

    @Override
    public Set<Branch> computed() {
        Set<Branch> computed = EnumSet.noneOf(Branch.class);
        for (Branch branch : Branch.values()) {
            if (of(branch) == Action.COMPUTE) {
                computed.add(branch);
            }
        }
        return computed;
    }
}
