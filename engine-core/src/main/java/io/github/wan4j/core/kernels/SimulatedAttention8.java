package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Tensor;

/** {@link ReferenceKernels} whose inner attention is the formula of {@link Attention8}: what attention=fp8 would lose. */
public final class SimulatedAttention8 extends ReferenceKernels {
    @Override
    public Tensor innerAttention(Tensor q, Tensor k, Tensor v, double scale, long copies) {
        long keys = k.size(1) - copies;
        return Attention8.attention(q, k.narrow(1, 0, keys), v.narrow(1, 0, keys), scale);
    }
}
