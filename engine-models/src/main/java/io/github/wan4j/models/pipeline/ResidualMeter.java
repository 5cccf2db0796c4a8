package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.models.plan.ResidualChanges;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares what the blocks add, R [1, L, D], with what they added at the step before, P; never across experts. */
final class ResidualMeter implements ResidualCache.Watcher, AutoCloseable {
    private final ResidualChanges changes;
    private final Map<Branch, Tensor> previous = new EnumMap<>(Branch.class);
    private @Nullable Expert expert;

    ResidualMeter(ResidualChanges changes) {
        this.changes = changes;
    }

    @Override
    public void added(PlannedStep step, Branch branch, Tensor residual) {
        if (step.expert() != expert) {
            close();
            expert = step.expert();
        }
        try (Scope scope = Scope.open("residual.meter")) {
            Tensor before = previous.remove(branch);
            if (before != null) {
                changes.add(step, branch, ratio(residual, before), moved(residual, before));
                before.close();
            }
            previous.put(branch, scope.release(residual.copy()));
        }
    }

    /** Mean over tokens of ‖R‖ / ‖P‖. */
    private static double ratio(Tensor r, Tensor p) {
        return length(r).div(length(p)).mean(false, 0, 1, 2).item();
    }

    private static Tensor length(Tensor x) {
        return x.mul(x).sum(true, 2).pow(0.5);
    }

    /** mean|R − P| / mean|P|. */
    private static double moved(Tensor r, Tensor p) {
        return r.sub(p).abs().mean(false, 0, 1, 2).item()
                / p.abs().mean(false, 0, 1, 2).item();
    }

    @Override
    public void close() {
        previous.values().forEach(Tensor::close);
        previous.clear();
    }
}
