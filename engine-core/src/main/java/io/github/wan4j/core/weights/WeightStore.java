package io.github.wan4j.core.weights;

import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Tensor;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Brings weights to a device and owns them there until it is closed, also those of a load that failed half-way. Which
 * precision a linear layer really has, and whether blocks stay resident, is up to the store: models see no difference.
 */
public interface WeightStore extends AutoCloseable {
    Device device();

    /** The tensor in {@code dtype} on the device; on the meta device nothing is read. */
    Tensor load(Checkpoint checkpoint, TensorEntry entry, DType dtype);

    /** weight [out, in], bias [out] or none. In e4m3 the weight is quantised row by row, and the bias bf16. */
    Linear linear(Checkpoint checkpoint, TensorEntry weight, @Nullable TensorEntry bias, DType dtype);

    /** Layers over one input: weights [out, in] all of one shape, biases [out] as many or none at all. */
    Projections projections(Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype);

    /** {@code make} asks this store for the weights of block i; it may be asked twice, first for their sizes alone. */
    <T> Blocks<T> blocks(int count, IntFunction<T> make);

    /** The same for modules that are needed so seldom that a store may let them come each time. */
    default <T> Blocks<T> passingBlocks(int count, IntFunction<T> make) {
        return blocks(count, make);
    }

    /**
     * For work on these weights that comes again and again, under a name that users understand. Nothing may be recorded
     * unless weights stay where they are as long as this store is open.
     */
    default Replays replays(String name) {
        return Replays.PLAIN;
    }

    /** Everything was asked for: waits until it is there and frees what only loading needed. */
    default void settle() {}

    /** Frees every tensor that came from here. */
    @Override
    void close();
}
