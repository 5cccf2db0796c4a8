package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Tensor;

/**
 * Keys and values [B, S, H, d]. The last counts {@code times}, as if so many copies of it were there: its score grows by
 * ln(times).
 */
public record Keys(Tensor k, Tensor v, long times) implements AutoCloseable {
    @Override
    public void close() {
        k.close();
        v.close();
    }
}
