package io.github.wan4j.bench.report;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.nn.DenseLinear;
import io.github.wan4j.core.nn.DenseProjections;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.nn.ScaledLinear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Blocks;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.TensorEntry;
import io.github.wan4j.core.weights.WeightStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in the place of a checkpoint's, which is asked for names and shapes alone: weights keep the variance of what passes
 * through, factors of norms lie around 1. The same for each load, whatever the dtype.
 */
final class RandomStore implements WeightStore {
    private static final int NUMBERS = (1 << 22) + 7; // a period out of step with every dimension
    private static final double BIAS = 0.02;

    private final Device device;
    private final Kernels kernels;
    private final List<Tensor> owned = new ArrayList<>();
    private final List<Tensor> passing = new ArrayList<>();
    private final List<Replays> replays = new ArrayList<>();
    private final Tensor numbers;

    RandomStore(Device device, Kernels kernels) {
        this.device = device;
        this.kernels = kernels;
        try (Scope scope = Scope.open("random");
                Rng rng = new Rng(1)) {
            numbers = scope.release(rng.normal(NUMBERS).to(device, DType.F32));
        }
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public Tensor load(Checkpoint checkpoint, TensorEntry entry, DType dtype) {
        return stacked(List.of(entry), dtype);
    }

    private Tensor stacked(List<TensorEntry> entries, DType dtype) {
        long[] shape = entries.get(0).shape();
        long rows = shape[0];
        shape[0] = rows * entries.size();
        try (Scope scope = Scope.open("random.stack")) {
            Tensor all = scope.release(Tensors.empty(dtype, device, shape));
            owned.add(all);
            for (int i = 0; i < entries.size(); i++) {
                fill(all.narrow(0, i * rows, rows).reshape(-1), entries.get(i));
            }
            return all;
        }
    }

    private void fill(Tensor flat, TensorEntry entry) {
        long[] shape = entry.shape();
        String name = entry.name();
        long fan = 1;
        for (int i = 1; i < shape.length; i++) {
            fan *= shape[i];
        }
        boolean factor = name.endsWith("gamma") || (name.endsWith(".weight") && fan == 1);
        double deviation = name.endsWith(".weight") && !factor ? 1 / Math.sqrt((double) fan) : factor ? 0.1 : BIAS;
        long first = Math.floorMod(Objects.hash(name), NUMBERS);
        for (long done = 0; done < flat.count(); ) {
            long start = (first + done) % NUMBERS;
            long count = Math.min(flat.count() - done, NUMBERS - start);
            try (Scope scope = Scope.open("random.fill")) {
                flat.narrow(0, done, count)
                        .copyFrom(numbers.narrow(0, start, count).mul(deviation).add(factor ? 1 : 0));
            }
            done += count;
        }
    }

    @Override
    public Linear linear(Checkpoint checkpoint, TensorEntry weight, @Nullable TensorEntry bias, DType dtype) {
        return layer(List.of(weight), bias == null ? List.of() : List.of(bias), dtype);
    }

    @Override
    public Projections projections(
            Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        return new DenseProjections(layer(weights, biases, dtype), weights.size());
    }

    private Linear layer(List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        DType plain = dtype == DType.F8_E4M3 ? DType.BF16 : dtype;
        Tensor weight = stacked(weights, plain);
        Tensor bias = biases.isEmpty() ? null : stacked(biases, plain);
        return dtype == DType.F8_E4M3 && ScaledLinear.takes(weight.shape())
                ? new ScaledLinear(kernels, quantised(weight), bias)
                : new DenseLinear(kernels, weight, bias);
    }

    /** In the place of the weight, which is freed. */
    private Operand quantised(Tensor weight) {
        try (Scope scope = Scope.open("random.quantise")) {
            Operand operand = kernels.quantise(weight);
            owned.add(scope.release(operand.values()));
            owned.add(scope.release(operand.rowScales()));
            owned.remove(weight);
            weight.close();
            return operand;
        }
    }

    @Override
    public <T> Blocks<T> blocks(int count, IntFunction<T> make) {
        return Blocks.of(IntStream.range(0, count).mapToObj(make).toList());
    }

    /** Made anew whenever they are asked for, one at a time. */
    @Override
    public <T> Blocks<T> passingBlocks(int count, IntFunction<T> make) {
        for (int i = 0; i < count; i++) { // asks for their names
            passing(make, i);
        }
        forget();
        return new Blocks<>() {
            @Override
            public int count() {
                return count;
            }

            @Override
            public T get(int index) {
                return passing(make, index);
            }
        };
    }

    /** In the place of the one before it. */
    private <T> T passing(IntFunction<T> make, int index) {
        forget();
        int lasting = owned.size();
        T block = make.apply(index);
        List<Tensor> made = owned.subList(lasting, owned.size());
        passing.addAll(made);
        made.clear();
        return block;
    }

    private void forget() {
        passing.forEach(Tensor::close);
        passing.clear();
    }

    @Override
    public Replays replays(String name) {
        Replays made = kernels.replays(name);
        replays.add(made);
        return made;
    }

    @Override
    public void close() {
        replays.forEach(Replays::close);
        replays.clear();
        forget();
        owned.forEach(Tensor::close);
        owned.clear();
        numbers.close();
    }
}
