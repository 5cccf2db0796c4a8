package io.github.wan4j.models.wan;

import io.github.wan4j.core.tensor.Tensor;
import java.util.List;

/**
 * Prompts as the cross-attention of every block sees them. They depend on nothing else, so a job computes them once for each
 * expert, and closes them. Made by {@link WanTransformer#promptKeys}.
 */
public final class PromptKeys implements AutoCloseable {
    /** Keys and values [B, S, H, d] of one block. */
    record Layer(Tensor k, Tensor v) implements AutoCloseable {
        @Override
        public void close() {
            k.close();
            v.close();
        }
    }

    private final List<Layer> layers;

    PromptKeys(List<Layer> layers) {
        this.layers = List.copyOf(layers);
    }

    Layer layer(int i) {
        return layers.get(i);
    }

    /** Frees all of them. */
    @Override
    public void close() {
        layers.forEach(Layer::close);
    }
}
