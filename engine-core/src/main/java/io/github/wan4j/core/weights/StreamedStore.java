package io.github.wan4j.core.weights;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The weights of one network of a {@link BlockStream}: those of blocks come and go, all others stay. */
final class StreamedStore implements WeightStore {
    private final BlockStream stream;
    private final Layers layers;
    private final Memory resident;
    private final List<StreamedBlocks<?>> blocks = new ArrayList<>();
    private Space space;

    StreamedStore(BlockStream stream, Device device, Kernels kernels, Transport transport) {
        this.stream = stream;
        layers = new Layers(kernels);
        resident = new Memory(device, transport);
        space = resident;
    }

    @Override
    public Device device() {
        return resident.device();
    }

    @Override
    public Tensor load(Checkpoint checkpoint, TensorEntry entry, DType dtype) {
        return layers.load(space, checkpoint, entry, dtype);
    }

    @Override
    public Linear linear(Checkpoint checkpoint, TensorEntry weight, @Nullable TensorEntry bias, DType dtype) {
        return layers.linear(space, checkpoint, weight, bias, dtype);
    }

    @Override
    public Projections projections(
            Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        return layers.projections(space, checkpoint, weights, biases, dtype);
    }

    @Override
    public <T> Blocks<T> blocks(int count, IntFunction<T> make) {
        return added(stream.blocks(this, blocks.size(), count, make));
    }

    @Override
    public <T> Blocks<T> passingBlocks(int count, IntFunction<T> make) {
        return added(stream.passingBlocks(this, blocks.size(), count, make));
    }

    private <T> StreamedBlocks<T> added(StreamedBlocks<T> streamed) {
        blocks.add(streamed);
        return streamed;
    }

    /** Block {@code index} with its weights in {@code into}. */
    <T> T make(BlockSpace into, IntFunction<T> make, int index) {
        Space before = space;
        space = into;
        try {
            return make.apply(index);
        } finally {
            space = before;
        }
    }

    boolean has(StreamedBlocks<?> any) {
        return blocks.contains(any);
    }

    /** Those of this network that correspond to {@code theirs} of another. */
    Optional<StreamedBlocks<?>> like(StreamedStore other, StreamedBlocks<?> theirs) {
        int ordinal = other.blocks.indexOf(theirs);
        return ordinal < blocks.size() ? Optional.of(blocks.get(ordinal)) : Optional.empty();
    }

    @Override
    public void close() {
        try {
            stream.forget(this);
        } finally {
            blocks.forEach(StreamedBlocks::close);
            blocks.clear();
            resident.close();
        }
    }
}
