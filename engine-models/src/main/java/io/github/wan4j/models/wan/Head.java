package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;

/** Tokens to the pixels of their patches; in f32 whatever the precision of the network. */
final class Head {
    private final Kernels kernels;
    private final double eps;
    private final Tensor modulation;
    private final Linear head;

    Head(WanConfig config, Kernels kernels, Weights weights) {
        this.kernels = kernels;
        eps = config.eps();
        modulation = weights.get("modulation", DType.F32, 1, 2, config.dim());
        head = weights.linear("head", config.dim(), config.outChannels() * 4L, DType.F32);
    }

    /** x [B, L, D] f32; [B, L, 4·C] f32, features in the order dy, dx, channel. */
    Tensor forward(Tensor x, TimeRows time) {
        try (Scope scope = Scope.open("dit.head")) {
            Tensor vectors = modulation.transpose(0, 1).add(time.e()); // e, where the blocks take e0
            Norm norm = new Norm.Modulated(time.rows(vectors.select(0, 1)), time.rows(vectors.select(0, 0)), eps);
            return scope.keep(head.forward(kernels.norm(x, norm, DType.F32)));
        }
    }
}
