package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Prompts as the cross-attention of every block sees them. They depend on nothing else, so a job computes them once for each
 * expert, and closes them. Made by {@link WanTransformer#promptKeys}.
 */
public final class PromptKeys implements AutoCloseable {
    /** Keys and values [B, S, H, d] of one block, the last of which count {@code times}. */
    record Layer(Tensor k, Tensor v, long times) implements AutoCloseable {
        @Override
        public void close() {
            k.close();
            v.close();
        }
    }

    /** A pass through the blocks but for its tokens and timestep: what is recorded for it holds good as long as these. */
    record Pass(PromptKeys keys, Rope3d rope, long split) {}

    private final List<Layer> layers;
    private final Replays replays;
    private final Set<Pass> passes = new HashSet<>();

    PromptKeys(List<Layer> layers, Replays replays) {
        this.layers = List.copyOf(layers);
        this.replays = replays;
    }

    /** {@code work} for tokens [B, L, D] and time, which may be closed by it. */
    Tensor run(Rope3d rope, TimeRows time, Replays.Work work, Tensor tokens) {
        Pass pass = new Pass(this, rope, time.split());
        passes.add(pass);
        return replays.run(pass, work, tokens, time.e0());
    }

    Layer layer(int i) {
        return layers.get(i);
    }

    /** Frees all of them. */
    @Override
    public void close() {
        passes.forEach(replays::forget);
        passes.clear();
        layers.forEach(Layer::close);
    }
}
