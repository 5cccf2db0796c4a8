package io.github.wan4j.models.vae.v21;

import io.github.wan4j.core.nn.CausalConv3d;
import io.github.wan4j.models.vae.Coder;
import io.github.wan4j.models.vae.Downsample;
import io.github.wan4j.models.vae.Head;
import io.github.wan4j.models.vae.Middle;
import io.github.wan4j.models.vae.ResidualBlock;
import io.github.wan4j.models.vae.Stage;
import io.github.wan4j.models.vae.VaeWeights;

/** Frames to the mean of their latents; the widths are 1, 2, 4 and 4 times that of the first convolution. */
final class Encoder implements Coder {
    private final Stage local;
    private final Stage whole;

    Encoder(VaeWeights weights, int zChannels) {
        VaeWeights encoder = weights.at("encoder");
        VaeWeights down = encoder.at("downsamples");
        long dim = encoder.width("conv1.weight");
        CausalConv3d first = encoder.causal("conv1", 3, dim);
        CausalConv3d last = weights.pointwise("conv1", 2L * zChannels, 2L * zChannels);
        local = Stage.sequence(
                first::forward,
                new ResidualBlock(down.at(0), dim, dim),
                new ResidualBlock(down.at(1), dim, dim),
                Downsample.inSpace(down.at(2), dim),
                new ResidualBlock(down.at(3), dim, 2 * dim),
                new ResidualBlock(down.at(4), 2 * dim, 2 * dim),
                Downsample.inSpaceAndTime(down.at(5), 2 * dim),
                new ResidualBlock(down.at(6), 2 * dim, 4 * dim),
                new ResidualBlock(down.at(7), 4 * dim, 4 * dim),
                Downsample.inSpaceAndTime(down.at(8), 4 * dim));
        whole = Stage.sequence(
                new ResidualBlock(down.at(9), 4 * dim, 4 * dim),
                new ResidualBlock(down.at(10), 4 * dim, 4 * dim),
                new Middle(encoder.at("middle"), 4 * dim),
                new Head(encoder.at("head"), 4 * dim, 2L * zChannels),
                last::forward,
                (x, past) -> x.narrow(1, 0, zChannels)); // the rest is a variance, unused
    }

    /** frames [1, 3, n, H, W]; [1, 4 · dim, T, H/8, W/8]. */
    @Override
    public Stage local() {
        return local;
    }

    /** [1, 4 · dim, T, h, w]; [1, C, T, h, w]. */
    @Override
    public Stage whole() {
        return whole;
    }
}
