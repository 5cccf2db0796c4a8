package io.github.wan4j.core.spi;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.weights.BlockStream;
import io.github.wan4j.core.weights.WeightStore;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * An engine's hold on one device. All tensor work runs on the session's own thread, in inference mode: {@link #call}
 * brings it there. The other methods may be called from any thread.
 */
public interface DeviceSession extends AutoCloseable {
    DeviceInfo info();

    /** This device's kernels; to be used on the session's thread only. */
    Kernels kernels();

    /** The ways in which the kernels can compute, the usual one first. */
    default List<Safety> ways() {
        return List.of(Safety.FAST);
    }

    /** What the kernels, also those handed out before, do from now on: one of {@link #ways}. On the session's thread. */
    default void compute(Safety way) {
        if (!ways().contains(way)) {
            throw new IllegalArgumentException(info().device() + " computes " + ways() + ", not " + way);
        }
    }

    /**
     * A new store for weights on this device, which the caller owns; to be made, used and closed on the session's thread.
     */
    WeightStore openWeights();

    /** Whether weights need not lie in this device's memory to be used: a CPU reads them where they are. */
    default boolean streams() {
        return false;
    }

    /**
     * Memory through which the blocks of networks pass, with at most so many slots or {@link BlockStream#ALL}; the caller owns
     * it and makes, uses and closes it on the session's thread.
     */
    default BlockStream openStream(int slots) {
        throw new UnsupportedOperationException("weights stay on " + info().device());
    }

    /** The same for networks of which but a few tensors pass: no more of their files is got ready for it than those. */
    default BlockStream openSparseStream(int slots) {
        return openStream(slots);
    }

    MemoryStatus memory();

    /** The most this process held on the device since this was asked last; empty where nobody counts. */
    default OptionalLong takePeak() {
        return OptionalLong.empty();
    }

    /**
     * Runs work on the session's thread and waits; inline if already there. What the work throws comes back as it is,
     * checked or not, with the caller's stack behind its own. Interrupting the waiting caller interrupts the work.
     *
     * @throws java.util.concurrent.CancellationException if the caller was interrupted before the work began
     * @throws IllegalStateException if the session is closed
     */
    <T> T call(Callable<T> work);

    /** What was chosen here so far and is worth showing with a result. */
    default List<Choice> choices() {
        return List.of();
    }

    /** A sentence for everything that makes this session slower or less exact than it could be. */
    default List<String> warnings() {
        return List.of();
    }

    /**
     * Who hears, on the session's thread, of work that has to be done once before the device can compute: a first start's
     * compilations. One listener at a time.
     */
    default void tell(Consumer<String> news) {}

    /** Work begins that may have been done here before, under a name; what it needed then is got ready beside it. */
    default void expect(String work) {}

    /** The work that was expected is done, as far as it goes. */
    default void done(String work) {}

    /** Whether the calling thread is the session's. */
    boolean onThread();

    /** Waits until the device has done what it was given; faults of that work surface here. */
    void synchronize();

    /** Ends the thread after the work in progress and frees what the session holds. Closing twice is harmless. */
    @Override
    void close();
}
