package io.github.wan4j.core.weights;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** All weights on the device all the time, in the dtype asked for. Used by one thread. */
public final class ResidentStore implements WeightStore {
    private final Kernels kernels;
    private final Transport transport;
    private final Layers layers;
    private final Memory memory;
    private final List<Replays> replays = new ArrayList<>();

    /** With libtorch's own copy. */
    public ResidentStore(Device device, Kernels kernels) {
        this(device, kernels, new HostTransport());
    }

    /** The transport is the store's from now on. */
    public ResidentStore(Device device, Kernels kernels, Transport transport) {
        this.kernels = kernels;
        this.transport = transport;
        layers = new Layers(kernels);
        memory = new Memory(device, transport);
    }

    @Override
    public Device device() {
        return memory.device();
    }

    @Override
    public Tensor load(Checkpoint checkpoint, TensorEntry entry, DType dtype) {
        return layers.load(memory, checkpoint, entry, dtype);
    }

    @Override
    public Linear linear(Checkpoint checkpoint, TensorEntry weight, @Nullable TensorEntry bias, DType dtype) {
        return layers.linear(memory, checkpoint, weight, bias, dtype);
    }

    @Override
    public Projections projections(
            Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        return layers.projections(memory, checkpoint, weights, biases, dtype);
    }

    @Override
    public <T> Blocks<T> blocks(int count, IntFunction<T> make) {
        return Blocks.of(IntStream.range(0, count).mapToObj(make).toList());
    }

    @Override
    public Replays replays(String name) {
        Replays made = kernels.replays(name);
        replays.add(made);
        return made;
    }

    @Override
    public void settle() {
        transport.settle();
    }

    @Override
    public void close() {
        replays.forEach(Replays::close);
        replays.clear();
        try {
            transport.close(); // what is on its way has nowhere else to go
        } finally {
            memory.close();
        }
    }
}
