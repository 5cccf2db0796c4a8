package io.github.wan4j.core.nn;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Tensor;

/** Root-mean-square normalisation over the last dimension, times weight [D]. */
public final class RmsNorm {
    private final Kernels kernels;
    private final Tensor weight;
    private final double eps;

    public RmsNorm(Kernels kernels, Tensor weight, double eps) {
        this.kernels = kernels;
        this.weight = weight;
        this.eps = eps;
    }

    /** x [.., D]; the same shape and dtype. */
    public Tensor forward(Tensor x) {
        return kernels.rmsNorm(x, weight, eps);
    }

    /** The weight, for kernels that fuse this layer with what follows. */
    public Tensor weight() {
        return weight;
    }
}
