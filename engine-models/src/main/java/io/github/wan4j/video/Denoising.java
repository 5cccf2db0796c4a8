package io.github.wan4j.video;

/**
 * Sampling that the caller drives. It is one job in the engine's queue: later ones wait until it is closed. Latents may be
 * looked at and replaced between any two steps.
 */
public interface Denoising extends AutoCloseable {
    Plan plan();

    boolean hasNext();

    /** Takes the next step; throws {@link java.util.NoSuchElementException} after the last. */
    StepEvent step();

    /** The state that enters the next step, or the result after the last: [C, T, h, w]. */
    Latents latents();

    /** Goes on from other latents of the same shape. */
    void replace(Latents latents);

    @Override
    void close();
}
