package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.cuda.launch.Graph;
import io.github.wan4j.cuda.load.CudaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/** {@link Replays} by CUDA graphs, one for each work and shape of its inputs; those used last are kept. */
final class Recordings implements Replays {
    private static final int MOST = 8;

    /** How far one work has come. */
    private enum State {
        NEW,
        WARM,
        WORTH_RECORDING,
        PLAIN
    }

    private static final class Entry {
        private State state = State.NEW;
        private @Nullable Recording recording;

        /** What comes then may take other kernels, which want to be warmed up again. */
        void forget() {
            state = state == State.PLAIN ? State.PLAIN : State.NEW;
            if (recording != null) {
                recording.close();
                recording = null;
            }
        }
    }

    private record Layout(DType type, List<Long> shape, List<Long> strides) {
        static Layout of(Tensor x) {
            List<Long> strides = new ArrayList<>();
            for (int d = 0; d < x.rank(); d++) {
                strides.add(x.stride(d));
            }
            return new Layout(x.dtype(), Arrays.stream(x.shape()).boxed().toList(), strides);
        }
    }

    private record Key(Object same, List<Layout> inputs) {}

    private final Graphs graphs;
    private final String name;
    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    Recordings(Graphs graphs, String name) {
        this.graphs = graphs;
        this.name = name;
    }

    @Override
    public Tensor run(Object same, Work work, Tensor... inputs) {
        if (graphs.rests()) {
            return work.run(List.of(inputs));
        }
        Entry entry = entry(new Key(same, Arrays.stream(inputs).map(Layout::of).toList()));
        if (entry.recording != null) {
            return entry.recording.replay(inputs);
        }
        return switch (entry.state) {
            case NEW -> {
                Tensor result = work.run(List.of(inputs));
                entry.state = graphs.decides() ? State.WARM : State.WORTH_RECORDING;
                yield result;
            }
            case WARM -> timed(entry, work, inputs);
            case WORTH_RECORDING -> record(entry, work, inputs);
            case PLAIN -> work.run(List.of(inputs));
        };
    }

    private Entry entry(Key key) {
        Entry known = entries.get(key);
        if (known != null) {
            return known;
        }
        if (entries.size() == MOST) {
            Key eldest = entries.keySet().iterator().next();
            Objects.requireNonNull(entries.remove(eldest)).forget();
        }
        Entry entry = new Entry();
        entries.put(key, entry);
        return entry;
    }

    private Tensor timed(Entry entry, Work work, Tensor... inputs) {
        try (CUDAStream stream = torch_cuda.getCurrentCUDAStream((byte) graphs.device())) {
            stream.synchronize();
            long start = System.nanoTime();
            Tensor result = work.run(List.of(inputs));
            long launched = System.nanoTime();
            stream.synchronize();
            boolean pays = graphs.pays(name, launched - start, System.nanoTime() - start);
            entry.state = pays ? State.WORTH_RECORDING : State.PLAIN;
            return result;
        }
    }

    /** What cannot be recorded is computed: {@link Graph} leaves the stream as it was. */
    private Tensor record(Entry entry, Work work, Tensor... inputs) {
        Recording recording;
        try {
            recording = Recording.of(graphs.device(), work, inputs);
        } catch (CudaException e) {
            graphs.failed(name, e);
            entry.state = State.PLAIN;
            return work.run(List.of(inputs));
        }
        entry.recording = recording;
        graphs.recorded(name);
        return recording.replay(inputs);
    }

    @Override
    public void forget(Object same) {
        entries.entrySet().removeIf(entry -> {
            boolean gone = entry.getKey().same().equals(same);
            if (gone) {
                entry.getValue().forget();
            }
            return gone;
        });
    }

    /** Frees every record. */
    void forget() {
        entries.values().forEach(Entry::forget);
    }

    @Override
    public void close() {
        forget();
        entries.clear();
        graphs.closed(this);
    }
}
