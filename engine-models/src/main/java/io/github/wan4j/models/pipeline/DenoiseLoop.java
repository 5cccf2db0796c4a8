package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.plan.Action;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.models.sampler.Sampler;
import io.github.wan4j.models.wan.PromptKeys;
import io.github.wan4j.models.wan.Rope3d;
import io.github.wan4j.models.wan.TimeRows;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.Optional;
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
    private final Passes passes = new Passes();
    private Tensor latents;
    private @Nullable Tensor prediction;
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

    /** The step that {@link #step} takes next, counted from 0. */
    int next() {
        return next;
    }

    /** [C, T, h, w] f32: the state that enters the next step, or the result. Good until the next step. */
    Tensor latents() {
        return latents;
    }

    /** [C, T, h, w] f32: where the last step saw sampling end; null unless it was asked to say. Good until the next step. */
    @Nullable
    Tensor prediction() {
        return prediction;
    }

    /** Goes on from other latents. */
    void replace(Tensor other) {
        Tensor replaced = latents;
        latents = owned(other);
        replaced.close();
    }

    /** Takes the next step and says which it was; {@code predict}: keeps also where it leads. */
    PlannedStep step(boolean predict) {
        check.run();
        PlannedStep step = plan.steps().get(next);
        if (step.expert() != serving) {
            prompts.drop(serving);
            residuals.drop(serving);
            serving = step.expert();
        }
        plan.prefetch(step.index()).ifPresent(parts::prepare);
        forgetPrediction();
        passes.begin();
        try (Scope scope = Scope.open("step")) {
            Tensor velocity = velocity(step);
            if (predict) { // v = noise − x0
                prediction = owned(kernels.combine(new double[] {1, -step.sigma()}, latents, velocity));
            }
            replace(sampler.step(step.index(), latents, velocity));
        }
        next++;
        if (!hasNext()) {
            passes.require(plan);
        }
        return step;
    }

    private Tensor velocity(PlannedStep step) {
        WanTransformer transformer = parts.transformer(step.expert());
        if (rope == null) {
            rope = transformer.rope(latents.size(1), latents.size(2), latents.size(3));
        }
        TimeRows time = transformer.time(conditioning.timesteps(step.timestep()));
        if (plan.batches(step)) {
            return inOneForward(transformer, step, time, rope);
        }
        Tensor cond = forward(transformer, step, Branch.COND, time, rope);
        if (!step.guided()) {
            return cond;
        }
        return kernels.guidance(cond, forward(transformer, step, Branch.UNCOND, time, rope), step.guidance());
    }

    private Tensor forward(WanTransformer transformer, PlannedStep step, Branch branch, TimeRows time, Rope3d rope) {
        if (step.of(branch) == Action.REUSE) {
            passes.reused(branch);
            return transformer.head(residuals.apply(step, branch, tokens(transformer)), time, rope);
        }
        PromptKeys keys = prompts.keys(step.expert(), branch, transformer);
        follow(step, branch == Branch.COND && step.computeUncond());
        Tensor through = transformer.consume(tokens(transformer), time, rope, keys, check);
        return velocity(transformer, step, branch, through, time, rope);
    }

    /** The latents as tokens [1, L, D], made whenever they are needed: kept, they would outweigh a block's parts. */
    private Tensor tokens(WanTransformer transformer) {
        return transformer.embed(latents, conditioning.channels());
    }

    /** Both branches side by side: the same latents with either prompt, [2, L, D]. */
    private Tensor inOneForward(WanTransformer transformer, PlannedStep step, TimeRows time, Rope3d rope) {
        PromptKeys keys = prompts.keys(step.expert(), transformer);
        follow(step, false);
        Tensor through = transformer.consume(twice(tokens(transformer)), time, rope, keys, check);
        Tensor cond = through.narrow(0, 0, 1);
        Tensor uncond = through.narrow(0, 1, 1);
        return kernels.guidance(
                velocity(transformer, step, Branch.COND, cond, time, rope),
                velocity(transformer, step, Branch.UNCOND, uncond, time, rope),
                step.guidance());
    }

    private static Tensor twice(Tensor tokens) {
        Tensor both = Tensors.cat(0, tokens, tokens);
        tokens.close();
        return both;
    }

    /** Lets the weights of the pass after this one come while it runs: {@code again} for one more in this step. */
    private void follow(PlannedStep step, boolean again) {
        Optional<Expert> next = again
                ? Optional.of(step.expert())
                : plan.steps().stream()
                        .skip(step.index() + 1L)
                        .filter(later -> !later.computed().isEmpty())
                        .map(PlannedStep::expert)
                        .findFirst();
        parts.follow(step.expert(), next.orElse(null));
    }

    /** What a branch's tokens [1, L, D] behind the blocks come to. */
    private Tensor velocity(
            WanTransformer transformer, PlannedStep step, Branch branch, Tensor through, TimeRows time, Rope3d rope) {
        passes.computed(step.expert(), branch);
        residuals.store(step, branch, () -> tokens(transformer), through);
        return transformer.head(through, time, rope);
    }

    /** What ran so far, as it happened. */
    Passes passes() {
        return passes;
    }

    private Tensor owned(Tensor tensor) {
        try (Scope scope = Scope.open("latents")) {
            return scope.release(conditioning.impose(tensor.copy()));
        }
    }

    private void forgetPrediction() {
        if (prediction != null) {
            prediction.close();
            prediction = null;
        }
    }

    @Override
    public void close() {
        prompts.close();
        residuals.close();
        conditioning.close();
        sampler.close();
        forgetPrediction();
        latents.close();
        if (rope != null) {
            rope.close();
        }
        parts.leave();
    }
}
