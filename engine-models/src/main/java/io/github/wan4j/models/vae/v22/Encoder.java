package io.github.wan4j.models.vae.v22;

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
    private static final long PATCH = 3 * 2 * 2;

    private final Stage local;
    private final Stage whole;

    Encoder(VaeWeights weights, int zChannels) {
        VaeWeights encoder = weights.at("encoder");
        VaeWeights down = encoder.at("downsamples");
        long dim = encoder.width("conv1.weight");
        CausalConv3d first = encoder.causal("conv1", PATCH, dim);
        CausalConv3d last = weights.pointwise("conv1", 2L * zChannels, 2L * zChannels);
        local = Stage.sequence(
                (x, past) -> Patches.patchify(x),
                first::forward,
                level0(down.at(0).at("downsamples"), dim),
                level(down.at(1).at("downsamples"), dim, 2 * dim),
                level(down.at(2).at("downsamples"), 2 * dim, 4 * dim));
        whole = Stage.sequence(
                level3(down.at(3).at("downsamples"), 4 * dim),
                new Middle(encoder.at("middle"), 4 * dim),
                new Head(encoder.at("head"), 4 * dim, 2L * zChannels),
                last::forward,
                (x, past) -> x.narrow(1, 0, zChannels)); // the rest is a variance, unused
    }

    private static Stage level0(VaeWeights weights, long dim) {
        Stage main = Stage.sequence(
                new ResidualBlock(weights.at(0), dim, dim),
                new ResidualBlock(weights.at(1), dim, dim),
                Downsample.inSpace(weights.at(2), dim));
        return new DownLevel(main, new AvgDown(dim, 1, 2));
    }

    private static Stage level(VaeWeights weights, long in, long out) {
        Stage main = Stage.sequence(
                new ResidualBlock(weights.at(0), in, out),
                new ResidualBlock(weights.at(1), out, out),
                Downsample.inSpaceAndTime(weights.at(2), out));
        return new DownLevel(main, new AvgDown(out, 2, 2));
    }

    private static Stage level3(VaeWeights weights, long dim) {
        Stage main =
                Stage.sequence(new ResidualBlock(weights.at(0), dim, dim), new ResidualBlock(weights.at(1), dim, dim));
        return new DownLevel(main, new AvgDown(dim, 1, 1));
    }

    /** frames [1, 3, n, H, W]; [1, 4 · dim, T, H/16, W/16]. */
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
