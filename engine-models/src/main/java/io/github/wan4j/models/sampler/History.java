package io.github.wan4j.models.sampler;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** One remembered tensor, which outlives the scope it was made in until the next takes its place. */
final class History implements AutoCloseable {
    private final String name;
    private @Nullable Tensor tensor;

    History(String name) {
        this.name = name;
    }

    Tensor get() {
        if (tensor == null) {
            throw new IllegalStateException(name + " is not known yet: steps are taken in order, from the first");
        }
        return tensor;
    }

    /** Takes the tensor over from the scope that made it; what was remembered before is freed. */
    void set(Scope scope, Tensor next) {
        close();
        tensor = scope.release(next);
    }

    /** Moves what the other remembers here. */
    void take(History other) {
        close();
        tensor = other.tensor;
        other.tensor = null;
    }

    @Override
    public void close() {
        if (tensor != null) {
            tensor.close();
            tensor = null;
        }
    }
}
