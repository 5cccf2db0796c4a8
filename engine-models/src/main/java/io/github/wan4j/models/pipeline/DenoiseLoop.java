package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.models.sampler.Sampler;
import org.jspecify.annotations.Nullable;

/**
 * Sampling: takes the latents through the steps of a plan, which says everything about each. Owns the latents, the sampler's
 * history, the velocities with their prompts, and the conditioning; close it.
 */
final class DenoiseLoop implements AutoCloseable {
    private final ExecutionPlan plan;
    private final Parts parts;
    private final Kernels kernels;
    private final Conditioning conditioning;
    private final Runnable check;
    private final Sampler sampler;
    private final VelocityField velocities;
    private Tensor latents;
    private @Nullable Tensor prediction;
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
        this.check = check;
        sampler = Sampler.of(plan.schedule(), kernels);
        velocities = new VelocityField(plan, parts, conditioning, prompts, check, watcher);
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
        plan.prefetch(step.index()).ifPresent(parts::prepare);
        forgetPrediction();
        try (Scope scope = Scope.open("step")) {
            Tensor velocity = velocities.at(step, latents);
            if (predict) { // v = noise − x0
                prediction = owned(kernels.combine(new double[] {1, -step.sigma()}, latents, velocity));
            }
            replace(sampler.step(step.index(), latents, velocity));
        }
        next++;
        if (!hasNext()) {
            passes().require(plan);
        }
        return step;
    }

    /** What ran so far, as it happened. */
    Passes passes() {
        return velocities.passes();
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
        velocities.close();
        conditioning.close();
        sampler.close();
        forgetPrediction();
        latents.close();
        parts.leave();
    }
}
