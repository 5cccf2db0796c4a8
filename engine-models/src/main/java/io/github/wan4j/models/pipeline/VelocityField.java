package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.plan.Action;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.models.wan.PromptKeys;
import io.github.wan4j.models.wan.Rope3d;
import io.github.wan4j.models.wan.Stem;
import io.github.wan4j.models.wan.TimeRows;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The direction in which a step takes the latents: both branches of guidance, computed, begun together or reused as a plan
 * says. Owns the positions, the prompts and what is kept for later steps; close it.
 */
final class VelocityField implements AutoCloseable {
    private final ExecutionPlan plan;
    private final Parts parts;
    private final Kernels kernels;
    private final Conditioning conditioning;
    private final Prompts prompts;
    private final Runnable check;
    private final ResidualCache residuals;
    private final Passes passes = new Passes();
    private @Nullable Rope3d rope;
    private @Nullable Expert serving;

    /** The prompts belong to it once this returns, the conditioning does not. */
    VelocityField(
            ExecutionPlan plan,
            Parts parts,
            Conditioning conditioning,
            Prompts prompts,
            Runnable check,
            ResidualCache.@Nullable Watcher watcher) {
        this.plan = plan;
        this.parts = parts;
        this.kernels = parts.session().kernels();
        this.conditioning = conditioning;
        this.prompts = prompts;
        this.check = check;
        residuals = new ResidualCache(plan, kernels, watcher);
    }

    /** latents [C, T, h, w] f32; [C, T, h, w] f32 in the innermost scope. */
    Tensor at(PlannedStep step, Tensor latents) {
        if (step.expert() != serving) {
            prompts.drop(serving);
            residuals.drop(serving);
            serving = step.expert();
        }
        passes.begin();
        try (Scope scope = Scope.open("velocity")) {
            WanTransformer transformer = parts.transformer(step.expert());
            if (rope == null) {
                rope = transformer.rope(latents.size(1), latents.size(2), latents.size(3));
            }
            TimeRows time = transformer.time(conditioning.timesteps(step.timestep()));
            return scope.keep(guided(new Look(transformer, step, latents, time, rope)));
        }
    }

    /** What ran so far, as it happened. */
    Passes passes() {
        return passes;
    }

    /** A network that looks at the latents of a step. */
    private record Look(WanTransformer transformer, PlannedStep step, Tensor latents, TimeRows time, Rope3d rope) {}

    private Tensor guided(Look look) {
        PlannedStep step = look.step();
        if (plan.batches(step)) {
            return inOneForward(look);
        }
        if (plan.shares(step)) {
            return fromOneStem(look);
        }
        Tensor cond = alone(look, Branch.COND);
        return step.guided() ? kernels.guidance(cond, alone(look, Branch.UNCOND), step.guidance()) : cond;
    }

    /** A branch that has nothing in common with the other. */
    private Tensor alone(Look look, Branch branch) {
        PlannedStep step = look.step();
        try (Scope scope = Scope.open("branch")) {
            if (step.of(branch) == Action.REUSE) {
                passes.reused(branch);
                Tensor reused = residuals.apply(step, branch, tokens(look));
                return scope.keep(look.transformer().head(reused, look.time(), look.rope()));
            }
            PromptKeys keys = keys(look, branch);
            follow(step, branch == Branch.COND && step.computeUncond());
            return scope.keep(computed(look, branch, keys, stem(look, tokens(look))));
        }
    }

    /** One branch after the other; the first leaves to the second what they have in common. */
    private Tensor fromOneStem(Look look) {
        PromptKeys prompt = keys(look, Branch.COND);
        PromptKeys negative = keys(look, Branch.UNCOND);
        follow(look.step(), true);
        Stem stem = stem(look, tokens(look));
        Tensor cond = computed(look, Branch.COND, prompt, stem.again());
        follow(look.step(), false);
        Tensor uncond = computed(look, Branch.UNCOND, negative, stem);
        return kernels.guidance(cond, uncond, look.step().guidance());
    }

    /** Both branches side by side: the same latents with either prompt, [2, L, D]; up to the first prompt one of them will do. */
    private Tensor inOneForward(Look look) {
        PlannedStep step = look.step();
        PromptKeys keys = prompts.keys(step.expert(), look.transformer());
        follow(step, false);
        Tensor tokens = tokens(look);
        Stem stem = stem(look, plan.shares(step) ? tokens : twice(tokens));
        Tensor through = look.transformer().blocks(stem, look.time(), look.rope(), keys, check);
        Tensor cond = velocity(look, Branch.COND, through.narrow(0, 0, 1));
        Tensor uncond = velocity(look, Branch.UNCOND, through.narrow(0, 1, 1));
        return kernels.guidance(cond, uncond, step.guidance());
    }

    /** [1, L, D]; made again where it is needed again, which is little work, instead of being kept, which is much memory. */
    private Tensor tokens(Look look) {
        return look.transformer().embed(look.latents(), conditioning.channels());
    }

    private static Tensor twice(Tensor tokens) {
        Tensor both = Tensors.cat(0, tokens, tokens);
        tokens.close();
        return both;
    }

    private Stem stem(Look look, Tensor tokens) {
        return look.transformer().stem(tokens, look.time(), look.rope(), check);
    }

    private PromptKeys keys(Look look, Branch branch) {
        return prompts.keys(look.step().expert(), branch, look.transformer());
    }

    /** The velocity of a branch; frees the stem. */
    private Tensor computed(Look look, Branch branch, PromptKeys keys, Stem stem) {
        try (Scope scope = Scope.open("branch.computed")) {
            Tensor through = look.transformer().blocks(stem, look.time(), look.rope(), keys, check);
            return scope.keep(velocity(look, branch, through));
        }
    }

    /** What a branch's tokens [1, L, D] behind the blocks come to. */
    private Tensor velocity(Look look, Branch branch, Tensor through) {
        passes.computed(look.step().expert(), branch);
        residuals.store(look.step(), branch, () -> tokens(look), through);
        return look.transformer().head(through, look.time(), look.rope());
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

    @Override
    public void close() {
        prompts.close();
        residuals.close();
        if (rope != null) {
            rope.close();
        }
    }
}
