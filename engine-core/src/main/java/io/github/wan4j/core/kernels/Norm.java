package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Tensor;

/** What follows a layer normalisation (last dimension, biased variance, f32). */
public sealed interface Norm {
    double eps();

    /** LN(x) · (1 + scale) + shift, scale and shift by the timestep of a token. */
    record Modulated(Rows scale, Rows shift, double eps) implements Norm {}

    /** LN(x) · weight + bias, both [D] f32. */
    record Affine(Tensor weight, Tensor bias, double eps) implements Norm {}
}
