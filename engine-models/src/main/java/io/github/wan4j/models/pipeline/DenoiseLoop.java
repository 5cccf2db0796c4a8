package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.plan.Action;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.models.sampler.Sampler;
import io.github.wan4j.models.wan.Rope3d;
import io.github.wan4j.models.wan.TimeRows;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sampling: takes the latents through the steps of a plan, which says everything about each. Owns the latents, the sampler's
 * history, the positions, the prompts and the conditioning; close it.
 */
final class DenoiseLoop implements AutoCloseable {
    private final ExecutionPlan plan;
    private final Parts parts;
    private final Kernels kernels;
    private final Conditioning conditioning;
    private final Prompts prompts;
    private final Runnable check;
    private final Sampler sampler;
    private final ResidualCache residuals;
    private final Map<Expert, Map<Branch, Integer>> forwards = new EnumMap<>(Expert.class);
    private final StringBuilder mask = new StringBuilder();
    private Tensor latents;
    private @Nullable Rope3d rope;
    private @Nullable Expert serving;
    private int next;

    /**
     * noise [C, T, h, w] f32 on the device, in the caller's scope. Prompts and conditioning belong to the loop once this
     * returns.
     *
     * @param watcher sees what the blocks add
     */
    DenoiseLoop(
            ExecutionPlan plan,
            Parts parts,
            Conditioning conditioning,
            Prompts prompts,
            Tensor noise,
            Runnable check,
            ResidualCache.@Nullable Watcher watcher) {
        this.plan = plan;
        this.parts = parts;
        this.kernels = parts.session().kernels();
        this.conditioning = conditioning;
        this.prompts = prompts;
        this.check = check;
        sampler = Sampler.of(plan.schedule(), kernels);
        residuals = new ResidualCache(plan, kernels, watcher);
        latents = owned(noise); // last: nothing after it can fail
    }

    ExecutionPlan plan() {
        return plan;
    }

    boolean hasNext() {
        return next < plan.steps().size();
    }

    /** [C, T, h, w] f32: the state that enters the next step, or the result. Good until the next step. */
    Tensor latents() {
        return latents;
    }

    /** Goes on from other latents. */
    void replace(Tensor other) {
        Tensor replaced = latents;
        latents = owned(other);
        replaced.close();
    }

    /** Takes the next step and says which it was. */
    PlannedStep step() {
        check.run();
        PlannedStep step = plan.steps().get(next);
        if (step.expert() != serving) {
            prompts.drop(serving);
            residuals.drop(serving);
            serving = step.expert();
        }
        try (Scope scope = Scope.open("step")) {
            Tensor moved = sampler.step(step.index(), latents, velocity(step));
            replace(moved);
        }
        mask.append(step.cond().mark());
        next++;
        return step;
    }

    private Tensor velocity(PlannedStep step) {
        WanTransformer transformer = parts.transformer(step.expert());
        if (rope == null) {
            rope = transformer.rope(latents.size(1), latents.size(2), latents.size(3));
        }
        TimeRows time = transformer.time(conditioning.timesteps(step.timestep()));
        Tensor cond = forward(transformer, step, Branch.COND, time, rope);
        if (!step.guided()) {
            return cond;
        }
        return kernels.guidance(cond, forward(transformer, step, Branch.UNCOND, time, rope), step.guidance());
    }

    private Tensor forward(WanTransformer transformer, PlannedStep step, Branch branch, TimeRows time, Rope3d rope) {
        Tensor tokens = transformer.embed(latents, conditioning.channels());
        if (step.of(branch) == Action.REUSE) {
            return transformer.head(residuals.apply(step, branch, tokens), time, rope);
        }
        count(step.expert(), branch);
        Tensor through =
                transformer.blocks(tokens, time, rope, prompts.keys(step.expert(), branch, transformer), check);
        residuals.store(step, branch, tokens, through);
        return transformer.head(through, time, rope);
    }

    private void count(Expert expert, Branch branch) {
        forwards.computeIfAbsent(expert, any -> new EnumMap<>(Map.of(Branch.COND, 0, Branch.UNCOND, 0)))
                .merge(branch, 1, Integer::sum);
    }

    /** Passes so far, as they happened. */
    Map<Expert, Map<Branch, Integer>> forwards() {
        return Collections.unmodifiableMap(forwards);
    }

    /** One character a step so far. */
    String mask() {
        return mask.toString();
    }

    private Tensor owned(Tensor tensor) {
        try (Scope scope = Scope.open("latents")) {
            return scope.release(conditioning.impose(tensor.copy()));
        }
    }

    @Override
    public void close() {
        prompts.close();
        residuals.close();
        conditioning.close();
        sampler.close();
        latents.close();
        if (rope != null) {
            rope.close();
        }
    }
}
