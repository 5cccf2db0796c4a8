package io.github.wan4j.models.sampler;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Tensor;

/** x ← x + (sigma_{i+1} − sigma_i) v, the rule of the distilled models. Remembers nothing. */
final class Euler implements Sampler {
    private final Schedule schedule;
    private final Kernels kernels;

    Euler(Schedule schedule, Kernels kernels) {
        this.schedule = schedule;
        this.kernels = kernels;
    }

    @Override
    public Tensor step(int i, Tensor x, Tensor velocity) {
        return kernels.combine(new double[] {1, schedule.sigma(i + 1) - schedule.sigma(i)}, x, velocity);
    }

    @Override
    public void close() {}
}
