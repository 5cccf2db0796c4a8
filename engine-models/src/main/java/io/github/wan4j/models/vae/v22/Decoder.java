package io.github.wan4j.models.vae.v22;

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
    private static final long PATCH = 3 * 2 * 2;

    private final Stage whole;
    private final Stage local;

    Decoder(VaeWeights weights, int zChannels) {
        VaeWeights decoder = weights.at("decoder");
        VaeWeights up = decoder.at("upsamples");
        long dim = decoder.width("head.0.gamma");
        CausalConv3d conv2 = weights.pointwise("conv2", zChannels, zChannels);
        CausalConv3d conv1 = decoder.causal("conv1", zChannels, 4 * dim);
        whole = Stage.sequence(conv2::forward, conv1::forward, new Middle(decoder.at("middle"), 4 * dim));
        local = Stage.sequence(
                level(up.at(0).at("upsamples"), 4 * dim),
                level(up.at(1).at("upsamples"), 4 * dim),
                level2(up.at(2).at("upsamples"), 4 * dim, 2 * dim),
                blocks(up.at(3).at("upsamples"), 2 * dim, dim),
                new Head(decoder.at("head"), dim, PATCH),
                (x, past) -> Patches.unpatchify(x));
    }

    private static Stage level(VaeWeights weights, long dim) {
        return new UpLevel(blocks(weights, dim, dim), Upsample.inSpaceAndTime(weights.at(3), dim, dim), 2);
    }

    private static Stage level2(VaeWeights weights, long in, long out) {
        return new UpLevel(blocks(weights, in, out), Upsample.inSpace(weights.at(3), out, out), 1);
    }

    private static Stage blocks(VaeWeights weights, long in, long out) {
        return Stage.sequence(
                new ResidualBlock(weights.at(0), in, out),
                new ResidualBlock(weights.at(1), out, out),
                new ResidualBlock(weights.at(2), out, out));
    }

    /** z [1, C, T, h, w]; [1, 4 · dim, T, h, w]. */
    @Override
    public Stage whole() {
        return whole;
    }

    /** [1, 4 · dim, T, h, w]; [1, 3, n, 16h, 16w]. */
    @Override
    public Stage local() {
        return local;
    }
}
