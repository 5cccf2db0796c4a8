package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.WeightStore;
import io.github.wan4j.core.weights.Weights;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** A network with what it stands on: its weights on the device and the mapped file that they came from. */
record Loaded<T>(T network, WeightStore store, Checkpoint checkpoint) implements AutoCloseable {

    /**
     * Binds a network to all tensors of a checkpoint. On the session's thread; after a failure nothing is left.
     *
     * @param part what {@code watch} is told that it is
     */
    static <T> Loaded<T> load(
            Supplier<Checkpoint> open,
            Supplier<WeightStore> openStore,
            BiFunction<Checkpoint, Weights, T> bind,
            String part,
            LoadWatch watch) {
        Checkpoint checkpoint = open.get();
        WeightStore store;
        try {
            store = openStore.get();
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
        try (Scope scope = Scope.open("load")) {
            WatchedStore watched = new WatchedStore(store, new WatchedStore.Counter(part, checkpoint, watch));
            Weights weights = Weights.of(checkpoint, watched);
            T network = bind.apply(checkpoint, weights);
            weights.requireAllTaken();
            store.settle();
            return new Loaded<>(network, store, checkpoint);
        } catch (RuntimeException | Error e) {
            store.close();
            checkpoint.close();
            throw e;
        }
    }

    @Override
    public void close() {
        store.close();
        checkpoint.close();
    }
}
