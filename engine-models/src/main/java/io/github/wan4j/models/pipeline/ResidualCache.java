package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.plan.Action;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all blocks together added to the tokens at the last computed step, for each expert and branch; f32. A step that reuses
 * it runs no block. Nothing ever crosses from one expert to the other.
 */
final class ResidualCache implements AutoCloseable {
    /** Sees everything that is computed, whether it will be reused or not. */
    interface Watcher {
        /** residual [1, L, D] f32, good during the call. */
        void added(PlannedStep step, Branch branch, Tensor residual);
    }

    private final ExecutionPlan plan;
    private final Kernels kernels;
    private final @Nullable Watcher watcher;
    private final Map<Expert, Map<Branch, Tensor>> residuals = new EnumMap<>(Expert.class);

    ResidualCache(ExecutionPlan plan, Kernels kernels, @Nullable Watcher watcher) {
        this.plan = plan;
        this.kernels = kernels;
        this.watcher = watcher;
    }

    /** Remembers after − before, tokens [1, L, D] behind and in front of the blocks, if a later step needs it. */
    void store(PlannedStep step, Branch branch, Supplier<Tensor> before, Tensor after) {
        Tensor old = of(step.expert()).remove(branch);
        if (old != null) {
            old.close();
        }
        boolean reused = isReusedLater(step, branch);
        if (!reused && watcher == null) {
            return;
        }
        try (Scope scope = Scope.open("residual")) {
            Tensor difference =
                    kernels.combine(new double[] {1, -1}, after, before.get().to(DType.F32));
            if (watcher != null) {
                watcher.added(step, branch, difference);
            }
            if (reused) {
                of(step.expert()).put(branch, scope.release(difference));
            }
        }
    }

    /** tokens + the residual. */
    Tensor apply(PlannedStep step, Branch branch, Tensor tokens) {
        Tensor residual = of(step.expert()).get(branch);
        if (residual == null) {
            throw new IllegalStateException("step " + (step.index() + 1) + " of the plan reuses what the expert "
                    + step.expert().label() + " never computed for the branch " + branch.label());
        }
        return kernels.gatedAdd(tokens, residual, null);
    }

    /** Whether a step reuses this branch before it is computed again. */
    private boolean isReusedLater(PlannedStep step, Branch branch) {
        for (PlannedStep later :
                plan.steps().subList(step.index() + 1, plan.steps().size())) {
            if (later.expert() == step.expert() && later.of(branch) != Action.OFF) {
                return later.of(branch) == Action.REUSE;
            }
        }
        return false;
    }

    /** Frees what an expert that serves no more steps has left. */
    void drop(@Nullable Expert expert) {
        if (expert != null) {
            of(expert).values().forEach(Tensor::close);
            of(expert).clear();
        }
    }

    private Map<Branch, Tensor> of(Expert expert) {
        return residuals.computeIfAbsent(expert, any -> new EnumMap<>(Branch.class));
    }

    @Override
    public void close() {
        residuals.keySet().forEach(this::drop);
    }
}
