package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Blocks;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.TensorEntry;
import io.github.wan4j.core.weights.WeightStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Passes everything on and tells how many of a checkpoint's bytes were asked for. */
record WatchedStore(WeightStore store, Counter counter) implements WeightStore {
    /** What has come of a part. */
    static final class Counter {
        private final String part;
        private final long total;
        private final LoadWatch watch;
        private final Set<String> asked = new HashSet<>();
        private long done;

        Counter(String part, Checkpoint checkpoint, LoadWatch watch) {
            this.part = part;
            this.watch = watch;
            total = checkpoint.names().stream()
                    .mapToLong(name -> checkpoint.entry(name).bytes())
                    .sum();
        }

        private void add(List<TensorEntry> entries) {
            done += entries.stream()
                    .filter(entry -> asked.add(entry.name())) // blocks that pass are asked for twice
                    .mapToLong(TensorEntry::bytes)
                    .sum();
            watch.loading(part, done, total);
        }
    }

    @Override
    public Device device() {
        return store.device();
    }

    @Override
    public Tensor load(Checkpoint checkpoint, TensorEntry entry, DType dtype) {
        Tensor tensor = store.load(checkpoint, entry, dtype);
        counter.add(List.of(entry));
        return tensor;
    }

    @Override
    public Linear linear(Checkpoint checkpoint, TensorEntry weight, @Nullable TensorEntry bias, DType dtype) {
        Linear linear = store.linear(checkpoint, weight, bias, dtype);
        counter.add(bias == null ? List.of(weight) : List.of(weight, bias));
        return linear;
    }

    @Override
    public Projections projections(
            Checkpoint checkpoint, List<TensorEntry> weights, List<TensorEntry> biases, DType dtype) {
        Projections projections = store.projections(checkpoint, weights, biases, dtype);
        counter.add(weights);
        counter.add(biases);
        return projections;
    }

    @Override
    public <T> Blocks<T> blocks(int count, IntFunction<T> make) {
        return store.blocks(count, make);
    }

    @Override
    public <T> Blocks<T> passingBlocks(int count, IntFunction<T> make) {
        return store.passingBlocks(count, make);
    }

    @Override
    public Replays replays(String name) {
        return store.replays(name);
    }

    @Override
    public void settle() {
        store.settle();
    }

    @Override
    public void close() {
        store.close();
    }
}
