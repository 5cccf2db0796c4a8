package io.github.wan4j.models.plan;

/**
 * What plans need to know of an autoencoder.
 *
 * @param latentChannels channels of the latents
 * @param temporalStride video frames to a latent frame, after the first
 * @param spatialStride pixels to a latent, in both directions
 * @param decoderWidth channels of the decoder's last level
 * @param parameters weights in all
 */
public record VaeShape(int latentChannels, int temporalStride, int spatialStride, int decoderWidth, long parameters) {
    /** Of the A14B models. */
    public static final VaeShape V21 = new VaeShape(16, 4, 8, 96, 126_892_531L);

    /** Of TI2V-5B; its decoder ends in patches of 2×2 pixels. */
    public static final VaeShape V22 = new VaeShape(48, 4, 16, 256, 704_688_668L);

    /** Side of the patches that the decoder ends in. */
    private int patch() {
        return spatialStride / 8;
    }

    /** Buffers of the last level that live at once for every frame of a chunk. */
    double frameBuffers() {
        return patch() == 1 ? 4.02 : 7.08;
    }

    /** Those that hold the past between two chunks. */
    double pastBuffers() {
        return patch() == 1 ? 29 : 28;
    }

    /** Channels at the resolution of the latents, where the middle is. */
    int middleWidth() {
        return 4 * decoderWidth;
    }

    /** Pixels that tiles have to share so that they be within 45 dB of the whole: four latents. */
    int tileOverlap() {
        return 4 * spatialStride;
    }

    /** Channels of the decoder's last level, spread over the pixels they stand for. */
    int channelsPerPixel() {
        return Math.max(1, decoderWidth / (patch() * patch()));
    }

    /**
     * Operations of decoding a pixel. They grow with the square of the width; 250 TFLOP for 81 frames of 832×480 and
     * 1.9 PFLOP for 121 of 1280×704 were counted at the full widths.
     */
    double flopsPerPixel() {
        double counted =
                patch() == 1 ? 250e12 / (81 * 832 * 480.0) / (96 * 96) : 1.9e15 / (121 * 1280 * 704.0) / (256 * 256);
        return counted * decoderWidth * decoderWidth;
    }
}
