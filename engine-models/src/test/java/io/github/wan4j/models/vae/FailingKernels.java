package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.Tensor;

/** The plain kernels until a chosen convolution. */
final class FailingKernels extends ReferenceKernels {
    private int left;
    private int chosen;

    /** The n-th convolution from now on fails, once. */
    void failAt(int n) {
        left = n;
        chosen = n;
    }

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Tensor bias, long[] stride, long[] padding) {
        if (left > 0 && --left == 0) {
            throw new IllegalStateException("convolution " + chosen);
        }
        return super.convolution(x, weight, bias, stride, padding);
    }
}
