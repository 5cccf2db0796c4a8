package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Weights;

/** Timesteps to modulation, in f32 whatever the precision of the network. */
final class TimeEmbedding {
    private static final double LONGEST_PERIOD = 10_000;

    private final Kernels kernels;
    private final Device device;
    private final int dim;
    private final int freqDim;
    private final Linear embedding0;
    private final Linear embedding2;
    private final Linear projection1;

    TimeEmbedding(WanConfig config, Kernels kernels, Weights weights) {
        this.kernels = kernels;
        device = weights.device();
        dim = config.dim();
        freqDim = config.freqDim();
        embedding0 = weights.linear("time_embedding.0", freqDim, dim, DType.F32);
        embedding2 = weights.linear("time_embedding.2", dim, dim, DType.F32);
        projection1 = weights.linear("time_projection.1", dim, 6L * dim, DType.F32);
    }

    TimeRows forward(Timesteps steps) {
        try (Scope scope = Scope.open("dit.time")) {
            double[] timesteps = steps.distinct();
            Tensor waves = Tensors.of(waves(timesteps, freqDim), timesteps.length, freqDim)
                    .to(device, DType.F32);
            Tensor e = embedding2.forward(kernels.silu(embedding0.forward(waves)));
            Tensor e0 = projection1.forward(kernels.silu(e)).reshape(-1, 6, dim);
            return new TimeRows(scope.keep(e), scope.keep(e0.transpose(0, 1).contiguous()), steps.known());
        }
    }

    /** cos(t·fᵢ), then sin(t·fᵢ), fᵢ = 10000^(−2i/n): [R, n], computed in f64 and rounded to f32. */
    static float[] waves(double[] timesteps, int n) {
        int half = n / 2;
        float[] waves = new float[timesteps.length * n];
        for (int row = 0; row < timesteps.length; row++) {
            for (int i = 0; i < half; i++) {
                double angle = timesteps[row] * Math.pow(LONGEST_PERIOD, -i / (double) half);
                waves[row * n + i] = (float) Math.cos(angle);
                waves[row * n + half + i] = (float) Math.sin(angle);
            }
        }
        return waves;
    }
}
