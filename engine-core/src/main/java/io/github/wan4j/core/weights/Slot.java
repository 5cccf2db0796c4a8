package io.github.wan4j.core.weights;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.StreamedBlocks.Place;
import io.github.wan4j.core.weights.Transport.Arrival;
import org.jspecify.annotations.Nullable;

/** Memory for one block at a time. What is in it may still be on its way. */
final class Slot implements AutoCloseable {
    private final Tensor buffer;
    private @Nullable Place holds;
    private @Nullable Arrival arrival;

    Slot(Device device, long bytes) {
        try (Scope scope = Scope.open("weights.slot")) {
            buffer = scope.release(Tensors.empty(DType.U8, device, bytes));
        }
    }

    long bytes() {
        return buffer.count();
    }

    /** A part of the memory as a tensor, in the innermost scope. */
    Tensor view(long offset, DType dtype, long... shape) {
        long count = TensorEntry.bytes(dtype, shape);
        return buffer.narrow(0, offset, count).view(dtype).reshape(shape);
    }

    boolean holds(Place block) {
        return block.equals(holds);
    }

    /** Whatever it held is gone, also if this fails. */
    void fill(Place block, Transport transport) {
        holds = null;
        arrival = transport.send(block.deliveries());
        holds = block;
    }

    boolean holdsOneOf(StreamedBlocks<?> blocks) {
        Place held = holds;
        return held != null && held.of() == blocks;
    }

    void empty() {
        holds = null;
        arrival = null;
    }

    /** Makes what is given to the device from now on wait for the block. */
    void await() {
        Arrival coming = arrival;
        if (coming == null) {
            return;
        }
        arrival = null;
        try {
            coming.await();
        } catch (RuntimeException | Error e) {
            holds = null;
            throw e;
        }
    }

    @Override
    public void close() {
        empty();
        buffer.close();
    }
}
