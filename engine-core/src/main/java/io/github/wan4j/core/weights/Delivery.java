package io.github.wan4j.core.weights;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Optional;
import java.util.function.Consumer;

/** A tensor that is to come from a file into memory of a device: as it is, converted, or in a form of its own. */
public final class Delivery {
    private final Checkpoint checkpoint;
    private final TensorEntry entry;
    private final Optional<Tensor> target;
    private final Consumer<Tensor> unpack;

    private Delivery(Checkpoint checkpoint, TensorEntry entry, Optional<Tensor> target, Consumer<Tensor> unpack) {
        this.checkpoint = checkpoint;
        this.entry = entry;
        this.target = target;
        this.unpack = unpack;
    }

    /** The elements, converted to the target's dtype. */
    public static Delivery copy(Checkpoint checkpoint, TensorEntry entry, Tensor target) {
        return new Delivery(checkpoint, entry, Optional.of(target), target::copyFrom);
    }

    /**
     * Whatever {@code unpack} makes of them. It is given the tensor in the file's dtype and shape, for the time of the call,
     * on the device or on the host, and queues work that writes to memory reserved before.
     */
    public static Delivery unpacked(Checkpoint checkpoint, TensorEntry entry, Consumer<Tensor> unpack) {
        return new Delivery(checkpoint, entry, Optional.empty(), unpack);
    }

    public Checkpoint checkpoint() {
        return checkpoint;
    }

    public TensorEntry entry() {
        return entry;
    }

    /** Where bytes of the file may go as they are: of its dtype and in its order. */
    public Optional<Tensor> straight() {
        return target.filter(
                tensor -> tensor.dtype() == entry.dtype() && tensor.isContiguous() && entry.isContiguous());
    }

    /** Writes the target from the file's tensor. */
    public void unpack(Tensor source) {
        try (Scope scope = Scope.open("weights.unpack")) {
            unpack.accept(source);
        }
    }

    @Override
    public String toString() {
        return entry.name() + " " + entry;
    }
}
