package io.github.wan4j.core.weights;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one block, one behind the other in a slot, or, without a slot, only their sizes. Remembers what has to be
 * brought whenever the block comes into its slot.
 */
final class BlockSpace implements Space, AutoCloseable {
    /** What every kernel's and every copy's widest access divides. */
    private static final long ALIGNMENT = 256;

    private final @Nullable Slot slot;
    private final List<Tensor> owned = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private long bytes;

    private BlockSpace(@Nullable Slot slot) {
        this.slot = slot;
    }

    static BlockSpace in(Slot slot) {
        return new BlockSpace(slot);
    }

    static BlockSpace measuring() {
        return new BlockSpace(null);
    }

    /** Of all that was allocated. */
    long bytes() {
        return bytes;
    }

    List<Delivery> deliveries() {
        return deliveries;
    }

    @Override
    public Tensor allocate(DType dtype, long... shape) {
        long offset = bytes;
        bytes += (TensorEntry.bytes(dtype, shape) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        try (Scope scope = Scope.open("weights.block")) {
            Tensor tensor = slot == null ? Tensors.empty(dtype, Device.META, shape) : slot.view(offset, dtype, shape);
            return own(scope.release(tensor));
        }
    }

    @Override
    public Tensor rows(Tensor tensor, long first, long count) {
        try (Scope scope = Scope.open("weights.rows")) {
            return own(scope.release(tensor.narrow(0, first, count)));
        }
    }

    private Tensor own(Tensor tensor) {
        owned.add(tensor);
        return tensor;
    }

    @Override
    public void bring(Delivery delivery) {
        deliveries.add(delivery);
    }

    @Override
    public void close() {
        owned.forEach(Tensor::close);
        owned.clear();
        deliveries.clear();
    }
}
