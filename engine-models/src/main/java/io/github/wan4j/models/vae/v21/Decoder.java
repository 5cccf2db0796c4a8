package io.github.wan4j.models.vae.v21;

import io.github.wan4j.core.nn.CausalConv3d;
import io.github.wan4j.models.vae.Coder;
import io.github.wan4j.models.vae.Head;
import io.github.wan4j.models.vae.Middle;
import io.github.wan4j.models.vae.ResidualBlock;
import io.github.wan4j.models.vae.Stage;
import io.github.wan4j.models.vae.Upsample;
import io.github.wan4j.models.vae.VaeWeights;

/** Latents to frames; the widths are 4, 4, 2 and 1 times that of the head. */
final class Decoder implements Coder {
    private final Stage whole;
    private final Stage local;

    Decoder(VaeWeights weights, int zChannels) {
        VaeWeights decoder = weights.at("decoder");
        VaeWeights up = decoder.at("upsamples");
        long dim = decoder.width("head.0.gamma");
        CausalConv3d conv2 = weights.pointwise("conv2", zChannels, zChannels);
        CausalConv3d conv1 = decoder.causal("conv1", zChannels, 4 * dim);
        whole = Stage.sequence(
                conv2::forward,
                conv1::forward,
                new Middle(decoder.at("middle"), 4 * dim),
                new ResidualBlock(up.at(0), 4 * dim, 4 * dim),
                new ResidualBlock(up.at(1), 4 * dim, 4 * dim),
                new ResidualBlock(up.at(2), 4 * dim, 4 * dim));
        local = Stage.sequence(
                Upsample.inSpaceAndTime(up.at(3), 4 * dim, 2 * dim),
                new ResidualBlock(up.at(4), 2 * dim, 4 * dim),
                new ResidualBlock(up.at(5), 4 * dim, 4 * dim),
                new ResidualBlock(up.at(6), 4 * dim, 4 * dim),
                Upsample.inSpaceAndTime(up.at(7), 4 * dim, 2 * dim),
                new ResidualBlock(up.at(8), 2 * dim, 2 * dim),
                new ResidualBlock(up.at(9), 2 * dim, 2 * dim),
                new ResidualBlock(up.at(10), 2 * dim, 2 * dim),
                Upsample.inSpace(up.at(11), 2 * dim, dim),
                new ResidualBlock(up.at(12), dim, dim),
                new ResidualBlock(up.at(13), dim, dim),
                new ResidualBlock(up.at(14), dim, dim),
                new Head(decoder.at("head"), dim, 3));
    }

    /** z [1, C, T, h, w]; [1, 4 · dim, T, h, w]. */
    @Override
    public Stage whole() {
        return whole;
    }

    /** [1, 4 · dim, T, h, w]; [1, 3, n, 8h, 8w]. */
    @Override
    public Stage local() {
        return local;
    }
}
