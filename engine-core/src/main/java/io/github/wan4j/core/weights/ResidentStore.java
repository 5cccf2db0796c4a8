package io.github.wan4j.core.weights;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.nn.DenseLinear;
import io.github.wan4j.core.nn.DenseProjections;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.nn.ScaledLinear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** All weights on the device all the time, in the dtype asked for. Used by one thread. */
public final class ResidentStore implements WeightStore {
    private final Device device;
    private final Kernels kernels;
    private final List<Tensor> owned = new ArrayList<>();
    private boolean closed;

    public ResidentStore(Device device, Kernels kernels) {
        this.device = device;
        this.kernels = kernels;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public Tensor load(Checkpoint checkpoint, TensorEntry entry, DType dtype) {
        Tensor weight = allocate(dtype, entry.shape());
        fill(weight, checkpoint, entry);
        return weight;
    }

    @Override
    public Linear linear(Checkpoint checkpoint, TensorEntry weight, @Nullable TensorEntry bias, DType dtype) {
        return layer(checkpoint, List.of(weight), bias == null ? List.of() : List.of(bias), dtype);
    }

    @Override
    public Projections projections(
            Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        if (!biases.isEmpty() && biases.size() != weights.size()) {
            throw new IllegalArgumentException(weights.size() + " weights with " + biases.size() + " biases");
        }
        requireOneShape(weights);
        requireOneShape(biases);
        return new DenseProjections(layer(checkpoint, weights, biases, dtype), weights.size());
    }

    private Linear layer(Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        boolean scaled =
                dtype == DType.F8_E4M3 && ScaledLinear.takes(weights.get(0).shape());
        DType plain = dtype == DType.F8_E4M3 ? DType.BF16 : dtype;
        if (scaled) {
            Operand weight = quantised(checkpoint, weights);
            return new ScaledLinear(kernels, weight, biases.isEmpty() ? null : stacked(checkpoint, biases, plain));
        }
        Tensor weight = stacked(checkpoint, weights, plain);
        return new DenseLinear(kernels, weight, biases.isEmpty() ? null : stacked(checkpoint, biases, plain));
    }

    /** As {@link #stacked}; beyond the result no more than one tensor at a time is on the device. */
    private Operand quantised(Checkpoint checkpoint, List<TensorEntry> entries) {
        long[] shape = entries.get(0).shape();
        long rows = shape[0];
        shape[0] = rows * entries.size();
        Operand all = new Operand(allocate(DType.F8_E4M3, shape), allocate(DType.F32, shape[0], 1));
        for (int i = 0; i < entries.size() && !device.equals(Device.META); i++) {
            try (Scope scope = Scope.open("weights.quantise")) {
                Tensor source = checkpoint.tensor(entries.get(i));
                Operand part = kernels.quantise(source.to(device, source.dtype()));
                all.values().narrow(0, i * rows, rows).copyFrom(part.values());
                all.rowScales().narrow(0, i * rows, rows).copyFrom(part.rowScales());
            }
        }
        return all;
    }

    private static void requireOneShape(List<TensorEntry> entries) {
        for (TensorEntry entry : entries) {
            if (!Arrays.equals(entry.shape(), entries.get(0).shape())) {
                throw new IllegalArgumentException("'" + entries.get(0).name() + "' is " + entries.get(0) + ", '"
                        + entry.name() + "' is " + entry + "; projections have one shape");
            }
        }
    }

    /** The tensors one below the other, each read straight into its place. */
    private Tensor stacked(Checkpoint checkpoint, List<TensorEntry> entries, DType dtype) {
        long[] shape = entries.get(0).shape();
        long rows = shape[0];
        shape[0] = rows * entries.size();
        Tensor all = allocate(dtype, shape);
        try (Scope scope = Scope.open("weights.stack")) {
            for (int i = 0; i < entries.size(); i++) {
                fill(all.narrow(0, i * rows, rows), checkpoint, entries.get(i));
            }
        }
        return all;
    }

    private Tensor allocate(DType dtype, long... shape) {
        if (closed) {
            throw new IllegalStateException("the weight store of " + device + " is closed");
        }
        try (Scope scope = Scope.open("weights.allocate")) {
            Tensor tensor = scope.release(Tensors.empty(dtype, device, shape));
            owned.add(tensor); // before anything is read: a failure must not lose it
            return tensor;
        }
    }

    private void fill(Tensor target, Checkpoint checkpoint, TensorEntry entry) {
        if (device.equals(Device.META)) {
            return;
        }
        try (Scope scope = Scope.open("weights.load")) {
            target.copyFrom(checkpoint.tensor(entry));
        }
    }

    @Override
    public <T> Blocks<T> blocks(int count, IntFunction<T> make) {
        List<T> blocks = IntStream.range(0, count).mapToObj(make).toList();
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

    @Override
    public void close() {
        closed = true;
        owned.forEach(Tensor::close);
        owned.clear();
    }
}
