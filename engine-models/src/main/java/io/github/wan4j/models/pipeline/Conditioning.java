package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.wan.Timesteps;
import org.jspecify.annotations.Nullable;

/**
 * How the given picture enters sampling, if there is one: the whole difference between the tasks. Owns its tensors. Latents
 * are [C, T, h, w] f32.
 */
interface Conditioning extends AutoCloseable {
    /** The state that sampling holds: the same latents, with what is known put in its place. */
    Tensor impose(Tensor latents);

    /** The timestep of every token when sampling is at t. */
    Timesteps timesteps(double t);

    /** Channels that the network sees behind those of the latents; null for none. */
    @Nullable
    Tensor channels();

    @Override
    void close();
}
