package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Replays.Work;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.cuda.launch.Graph;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Work as a graph, between copies of its inputs and its result. */
final class Recording implements AutoCloseable {
    private final List<Tensor> inputs = new ArrayList<>();
    private @Nullable Tensor result;
    private final Graph graph;

    private Recording(int device, Work work, Tensor... like) {
        try (Scope scope = Scope.open("recording")) {
            for (Tensor input : like) {
                inputs.add(scope.release(input.copy()));
            }
            graph = new Graph(device, () -> result = captured(work));
        } catch (RuntimeException | Error e) {
            free();
            throw e;
        }
    }

    /** {@code work} has run before: nothing may be compiled or set up while it is recorded. */
    static Recording of(int device, Work work, Tensor... like) {
        return new Recording(device, work, like);
    }

    /** Other handles of the inputs' memory: the work may close those that it is given. */
    private Tensor captured(Work work) {
        try (Scope scope = Scope.open("recording.capture")) {
            List<Tensor> aliases =
                    inputs.stream().map(input -> input.reshape(input.shape())).toList();
            return scope.release(work.run(aliases));
        }
    }

    /** The result for these values, a copy in the innermost scope. */
    Tensor replay(Tensor... values) {
        Tensor made = result;
        if (made == null) {
            throw new IllegalStateException("nothing was recorded");
        }
        for (int i = 0; i < values.length; i++) {
            inputs.get(i).copyFrom(values[i]);
        }
        graph.replay();
        return made.copy();
    }

    private void free() {
        if (result != null) {
            result.close();
            result = null;
        }
        inputs.forEach(Tensor::close);
        inputs.clear();
    }

    /** The result's memory is the graph's own, so it goes first. */
    @Override
    public void close() {
        free();
        graph.close();
    }
}
