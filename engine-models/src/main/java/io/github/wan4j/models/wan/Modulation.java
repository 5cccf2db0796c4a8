package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.Tensor;

/** Shift, scale and gate that the timestep imposes on one half of a block. */
record Modulation(Rows shift, Rows scale, Rows gate) {
    /** Vectors {@code first} to {@code first + 2} of modulation [6, R, D]. */
    static Modulation of(Tensor modulation, int first, TimeRows time) {
        return new Modulation(
                time.rows(modulation.select(0, first)),
                time.rows(modulation.select(0, first + 1)),
                time.rows(modulation.select(0, first + 2)));
    }

    /** LN(x) · (1 + scale) + shift. */
    Norm norm(double eps) {
        return new Norm.Modulated(scale, shift, eps);
    }
}
