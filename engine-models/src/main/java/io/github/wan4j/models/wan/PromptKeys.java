package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.tensor.Tensor;
import java.util.List;

/**
 * Prompts as the cross-attention of every block sees them. They depend on nothing else, so a job computes them once for each
 * expert, and closes them. Made by {@link WanTransformer#promptKeys}.
 */
public final class PromptKeys implements AutoCloseable {
    /** A pass through the blocks but for its tokens and timestep: what is recorded for it holds good as long as these. */
    private record Pass(PromptKeys keys, Rope3d rope, long split) {}

    private final List<Keys> layers;
    private final Replays replays;
    private final Records records = new Records();

    PromptKeys(List<Keys> layers, Replays replays) {
        this.layers = List.copyOf(layers);
        this.replays = replays;
    }

    /** {@code work} for a grid whose first {@code split} tokens may have a timestep of their own. */
    Tensor run(Rope3d rope, long split, Replays.Work work, Tensor... inputs) {
        return records.run(replays, new Pass(this, rope, split), work, inputs);
    }

    /** How many prompts there are side by side, B. */
    long prompts() {
        return layers.get(0).k().size(0);
    }

    Keys layer(int i) {
        return layers.get(i);
    }

    /** Frees all of them. */
    @Override
    public void close() {
        records.close();
        layers.forEach(Keys::close);
    }
}
