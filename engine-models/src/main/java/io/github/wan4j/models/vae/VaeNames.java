package io.github.wan4j.models.vae;

import io.github.wan4j.core.weights.NameMap;

/** From the names of diffusers' {@code AutoencoderKLWan} to the original ones, by which the VAEs bind. */
public final class VaeNames {
    private static final NameMap RESIDUAL_BLOCK = NameMap.rules()
            .regex("(.+)\\.norm1\\.gamma", "$1.residual.0.gamma")
            .regex("(.+)\\.conv1\\.(weight|bias)", "$1.residual.2.$2")
            .regex("(.+)\\.norm2\\.gamma", "$1.residual.3.gamma")
            .regex("(.+)\\.conv2\\.(weight|bias)", "$1.residual.6.$2")
            .regex("(.+)\\.conv_shortcut\\.(weight|bias)", "$1.shortcut.$2")
            .keepRest();

    private static final NameMap ENDS = NameMap.rules()
            .prefix("quant_conv.", "conv1.")
            .prefix("post_quant_conv.", "conv2.")
            .regex("(encoder|decoder)\\.conv_in\\.(.+)", "$1.conv1.$2")
            .regex("(encoder|decoder)\\.mid_block\\.resnets\\.0\\.(.+)", "$1.middle.0.$2")
            .regex("(encoder|decoder)\\.mid_block\\.attentions\\.0\\.(.+)", "$1.middle.1.$2")
            .regex("(encoder|decoder)\\.mid_block\\.resnets\\.1\\.(.+)", "$1.middle.2.$2")
            .regex("(encoder|decoder)\\.norm_out\\.(.+)", "$1.head.0.$2")
            .regex("(encoder|decoder)\\.conv_out\\.(.+)", "$1.head.2.$2");

    private VaeNames() {}

    /** VAE 2.1: the decoder's levels of four blocks each are one list in the original. */
    public static NameMap v21() {
        return RESIDUAL_BLOCK.andThen(ENDS.prefix("encoder.down_blocks.", "encoder.downsamples.")
                .regex(
                        "decoder\\.up_blocks\\.(\\d)\\.resnets\\.(\\d)\\.(.+)",
                        match -> upsample(match.group(1), match.group(2), match.group(3)))
                .regex(
                        "decoder\\.up_blocks\\.(\\d)\\.upsamplers\\.0\\.(.+)",
                        match -> upsample(match.group(1), "3", match.group(2))));
    }

    private static String upsample(String level, String block, String rest) {
        return "decoder.upsamples." + (4 * Integer.parseInt(level) + Integer.parseInt(block)) + "." + rest;
    }

    /** VAE 2.2: lists in lists on both sides. */
    public static NameMap v22() {
        return RESIDUAL_BLOCK.andThen(ENDS.regex(
                        "encoder\\.down_blocks\\.(\\d)\\.resnets\\.(\\d)\\.(.+)",
                        "encoder.downsamples.$1.downsamples.$2.$3")
                .regex("encoder\\.down_blocks\\.(\\d)\\.downsampler\\.(.+)", "encoder.downsamples.$1.downsamples.2.$2")
                .regex("decoder\\.up_blocks\\.(\\d)\\.resnets\\.(\\d)\\.(.+)", "decoder.upsamples.$1.upsamples.$2.$3")
                .regex("decoder\\.up_blocks\\.(\\d)\\.upsampler\\.(.+)", "decoder.upsamples.$1.upsamples.3.$2"));
    }
}
