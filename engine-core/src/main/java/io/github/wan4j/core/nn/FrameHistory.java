package io.github.wan4j.core.nn;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the layers remember of a sequence that passes through them in chunks: each its last input frames. Owns them. One
 * history belongs to one sequence; the layers themselves hold no state.
 */
public final class FrameHistory implements AutoCloseable {
    private final IdentityHashMap<Object, Tensor> frames = new IdentityHashMap<>();
    private boolean atStart = true;

    /** Whether the chunk now passing is the first. */
    public boolean atStart() {
        return atStart;
    }

    /** The chunk has passed through all layers. */
    public void advance() {
        atStart = false;
    }

    /** The frames [1, C, m, H, W] that a layer remembered last, or null; they live until it remembers again. */
    public @Nullable Tensor of(Object layer) {
        return frames.get(layer);
    }

    /** Copies frames [1, C, m, H, W] for the layer's next chunk. */
    public void remember(Object layer, Tensor last) {
        try (Scope scope = Scope.open("history")) {
            Tensor previous = frames.put(layer, scope.release(last.copy()));
            if (previous != null) {
                previous.close();
            }
        }
    }

    @Override
    public void close() {
        frames.values().forEach(Tensor::close);
        frames.clear();
    }
}
