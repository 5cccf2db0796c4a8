package io.github.wan4j.core.weights;

import java.util.List;

/**
 * The repeated blocks of a network. A model asks for block i each time it needs it and never keeps it: its weights may
 * be on their way out of the device's memory as soon as the next one is asked for.
 */
public interface Blocks<T> {
    int count();

    /** Block {@code index}, ready to compute. */
    T get(int index);

    /** Blocks that stay where they are. */
    static <T> Blocks<T> of(List<T> blocks) {
        return new Blocks<>() {
            @Override
            public int count() {
                return blocks.size();
            }

            @Override
            public T get(int index) {
                return blocks.get(index);
            }
        };
    }
}
