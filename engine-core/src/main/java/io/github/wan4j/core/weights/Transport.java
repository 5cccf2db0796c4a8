package io.github.wan4j.core.weights;

import java.util.List;

/**
 * Brings tensors of checkpoints into a device's memory; where the device can, beside what it computes. Used by the session's
 * thread alone.
 */
public interface Transport extends AutoCloseable {
    /**
     * Begins to bring all of it. Its targets may be in use by work that the device was given before this call: they are not
     * touched until that work is done.
     */
    Arrival send(List<Delivery> deliveries);

    /** Says that all of a checkpoint will be sent, soon and more than once: what can be made ready on the host is. */
    default void announce(Checkpoint checkpoint) {}

    /** Waits for what is on its way and lets go of the files that it came from; whoever sends again only pays again. */
    default void settle() {}

    /** Waits for what is on its way, then frees what this holds. */
    @Override
    void close();

    /** Something on its way. */
    interface Arrival {
        /** Makes the work that the device is given from now on wait for it. Throws what went wrong on the way. */
        void await();
    }
}
