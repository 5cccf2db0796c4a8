package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Kernels.Added;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The residual stream x [B, L, D] and what a block has yet to add to it, if anything: branch · gate. The next block does so in
 * the pass that computes its first norm.
 */
record Residual(Tensor x, @Nullable Tensor branch, @Nullable Rows gate) implements AutoCloseable {
    static Residual of(Tensor x) {
        return new Residual(x, null, null);
    }

    /** The sum, f32 if there is one, and its norm; what it was made of is freed. */
    Added normed(Kernels kernels, Norm norm, DType out) {
        if (branch == null) {
            return new Added(x, kernels.norm(x, norm, out));
        }
        Added added = kernels.gatedAddNorm(x, branch, gate, norm, out);
        close();
        return added;
    }

    /** The sum; what it was made of is freed. */
    Tensor sum(Kernels kernels) {
        if (branch == null) {
            return x;
        }
        Tensor sum = kernels.gatedAdd(x, branch, gate);
        close();
        return sum;
    }

    /** Moves it to the scope around {@code scope}. */
    Residual keptBy(Scope scope) {
        return new Residual(
                scope.keep(x),
                branch == null ? null : scope.keep(branch),
                gate == null ? null : new Rows(scope.keep(gate.values()), gate.split()));
    }

    @Override
    public void close() {
        x.close();
        if (branch != null) {
            branch.close();
        }
    }
}
