package io.github.wan4j.models.sampler;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Tensor;

/** Takes the latents of one job from each noise level to the next. It owns what it remembers of earlier steps: close it. */
public interface Sampler extends AutoCloseable {
    /** The rule that the schedule was made for, at its first step. */
    static Sampler of(Schedule schedule, Kernels kernels) {
        return switch (schedule.solver()) {
            case UNIPC -> new UniPc(schedule, kernels);
            case DPMPP -> new DpmPlusPlus(schedule, kernels);
            case EULER -> new Euler(schedule, kernels);
        };
    }

    /**
     * One step, to be called for i = 0, 1, …, N − 1 in this order.
     *
     * @param x latents at sigma_i, f32 of any shape
     * @param velocity what the network answered for them, same shape
     * @return latents at sigma_{i+1}, kept in the caller's scope
     */
    Tensor step(int i, Tensor x, Tensor velocity);

    /** Frees the history. */
    @Override
    void close();
}
