package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Tensor;

/** Rotary position embedding of a token grid: cos and sin [L, d/2] f64, one angle for each interleaved pair of a head. */
public record Rotation(Tensor cos, Tensor sin) {}
