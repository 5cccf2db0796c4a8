package io.github.wan4j.core.nn;

import io.github.wan4j.core.tensor.Tensor;

/** A table of vectors [count, D]. */
public final class Embedding {
    private final Tensor weight;

    public Embedding(Tensor weight) {
        this.weight = weight;
    }

    /** indices [n] i64; [n, D]. */
    public Tensor forward(Tensor indices) {
        return weight.rows(indices);
    }
}
