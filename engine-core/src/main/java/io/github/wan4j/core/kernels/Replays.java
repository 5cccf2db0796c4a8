package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.Tensor;
import java.util.List;

/**
 * Work that comes again and again, with other values in tensors of the same shapes. A device whose launches would take longer
 * than the work itself may record it and from then on replay the record; {@link #PLAIN} does it anew each time. Used by one
 * thread.
 */
public interface Replays extends AutoCloseable {
    /** Nothing is recorded. */
    Replays PLAIN = new Replays() {
        @Override
        public Tensor run(Object same, Work work, Tensor... inputs) {
            return work.run(List.of(inputs));
        }

        @Override
        public void forget(Object same) {}

        @Override
        public void close() {}
    };

    /**
     * Computes on a device and reads nothing back. Its inputs are its own: it may close them. Whatever else it reads must stay
     * where it is until it is forgotten.
     */
    interface Work {
        Tensor run(List<Tensor> inputs);
    }

    /**
     * The result of the work, in the innermost scope. {@code same} stands for all that the work depends on besides its
     * inputs: with an equal one, and inputs of the same shapes, it is taken to be the same work.
     */
    Tensor run(Object same, Work work, Tensor... inputs);

    /** Frees what was recorded of this work. */
    void forget(Object same);

    /** Frees all that was recorded. Closing twice is harmless. */
    @Override
    void close();
}
