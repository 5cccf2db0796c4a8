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

/** All weights in one store but those of passing blocks, which come from another. Owns both. */
public final class PassingStore implements WeightStore {
    private final WeightStore lasting;
    private final WeightStore passing;
    private WeightStore asked;

    public PassingStore(WeightStore lasting, WeightStore passing) {
        this.lasting = lasting;
        this.passing = passing;
        asked = lasting;
    }

    @Override
    public Device device() {
        return lasting.device();
    }

    @Override
    public Tensor load(Checkpoint checkpoint, TensorEntry entry, DType dtype) {
        return asked.load(checkpoint, entry, dtype);
    }

    @Override
    public Linear linear(Checkpoint checkpoint, TensorEntry weight, @Nullable TensorEntry bias, DType dtype) {
        return asked.linear(checkpoint, weight, bias, dtype);
    }

    @Override
    public Projections projections(
            Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        return asked.projections(checkpoint, weights, biases, dtype);
    }

    @Override
    public <T> Blocks<T> blocks(int count, IntFunction<T> make) {
        return lasting.blocks(count, make);
    }

    @Override
    public <T> Blocks<T> passingBlocks(int count, IntFunction<T> make) {
        asked = passing;
        try {
            return passing.passingBlocks(count, make);
        } finally {
            asked = lasting;
        }
    }

    @Override
    public Replays replays(String name) {
        return lasting.replays(name);
    }

    @Override
    public void settle() {
        lasting.settle();
    }

    @Override
    public void close() {
        try {
            passing.close();
        } finally {
            lasting.close();
        }
    }
}
