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

    /** Of TI2V-5B. */
    public static final VaeShape V22 = new VaeShape(48, 4, 16, 256, 704_688_668L);
}
