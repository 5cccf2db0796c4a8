package io.github.wan4j.core.weights;

/**
 * The repeated blocks of a network. A model asks for block i each time it needs it and never keeps it: its weights may
 * be on their way out of the device's memory as soon as the next one is asked for.
 */
public interface Blocks<T> {
    int count();

    /** Block {@code index}, ready to compute. */
    T get(int index);
}
