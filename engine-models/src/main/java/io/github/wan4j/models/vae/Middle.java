package io.github.wan4j.models.vae;

import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Tensor;

/** The blocks at the lowest resolution: residual, attention, residual. */
public final class Middle implements Stage {
    private final Stage blocks;

    public Middle(VaeWeights weights, long channels) {
        blocks = Stage.sequence(
                new ResidualBlock(weights.at(0), channels, channels),
                new AttentionBlock(weights.at(1), channels),
                new ResidualBlock(weights.at(2), channels, channels));
    }

    @Override
    public Tensor forward(Tensor x, FrameHistory past) {
        return blocks.forward(x, past);
    }
}
