package io.github.wan4j.models.vae.v21;

import io.github.wan4j.core.nn.CausalConv3d;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.vae.Downsample;
import io.github.wan4j.models.vae.Head;
import io.github.wan4j.models.vae.Middle;
import io.github.wan4j.models.vae.ResidualBlock;
import io.github.wan4j.models.vae.Stage;
import io.github.wan4j.models.vae.VaeWeights;

/** Frames to the mean of their latents; the widths are 1, 2, 4 and 4 times that of the first convolution. */
final class Encoder implements Stage {
    private final Stage stages;
    private final int zChannels;

    Encoder(VaeWeights weights, int zChannels) {
        this.zChannels = zChannels;
        VaeWeights encoder = weights.at("encoder");
        VaeWeights down = encoder.at("downsamples");
        long dim = encoder.width("conv1.weight");
        CausalConv3d first = encoder.causal("conv1", 3, dim);
        CausalConv3d last = weights.pointwise("conv1", 2L * zChannels, 2L * zChannels);
        stages = Stage.sequence(
                first::forward,
                new ResidualBlock(down.at(0), dim, dim),
                new ResidualBlock(down.at(1), dim, dim),
                Downsample.inSpace(down.at(2), dim),
                new ResidualBlock(down.at(3), dim, 2 * dim),
                new ResidualBlock(down.at(4), 2 * dim, 2 * dim),
                Downsample.inSpaceAndTime(down.at(5), 2 * dim),
                new ResidualBlock(down.at(6), 2 * dim, 4 * dim),
                new ResidualBlock(down.at(7), 4 * dim, 4 * dim),
                Downsample.inSpaceAndTime(down.at(8), 4 * dim),
                new ResidualBlock(down.at(9), 4 * dim, 4 * dim),
                new ResidualBlock(down.at(10), 4 * dim, 4 * dim),
                new Middle(encoder.at("middle"), 4 * dim),
                new Head(encoder.at("head"), 4 * dim, 2L * zChannels),
                last::forward);
    }

    /** frames [1, 3, n, H, W]; [1, C, T, H/8, W/8]. The other half of the last layer's channels is a variance, unused. */
    @Override
    public Tensor forward(Tensor frames, FrameHistory past) {
        try (Scope scope = Scope.open("vae.encoder")) {
            return scope.keep(stages.forward(frames, past).narrow(1, 0, zChannels));
        }
    }
}
