package io.github.wan4j.models.plan;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.video.Size;
import org.jspecify.annotations.Nullable;

/**
 * What an autoencoder's activations take: so many buffers of its widest level for every frame of a chunk, and as many again
 * for the past that its causal convolutions hold. Both counts were fitted to measured peaks. With tiles these are of one
 * tile, and the middle's results for whole pictures and all frames wait beside them.
 */
public final class VaeMemory {
    private static final int RGB_F32 = 12;

    private final VaeShape vae;
    private final Products products;

    /** @param products the numbers that it computes in */
    public VaeMemory(VaeShape vae, Products products) {
        this.vae = vae;
        this.products = products;
    }

    public long weights() {
        return vae.parameters() * products.bytes();
    }

    /** Decoding latent frames of a picture, {@code chunk} at a time, or encoding as many frames: beside the weights. */
    public long activations(Size picture, int latentFrames, int chunk, @Nullable VaeTile tile) {
        int frames =
                chunk >= latentFrames ? (latentFrames - 1) * vae.temporalStride() + 1 : chunk * vae.temporalStride();
        long pixels = pixels(picture, tile);
        double buffers = vae.frameBuffers() * frames + (chunk >= latentFrames ? 0 : vae.pastBuffers());
        long buffer = pixels * vae.channelsPerPixel() * products.activationBytes();
        long activations = (long) (buffers * buffer);
        return tile == null
                ? activations
                : activations + (long) RGB_F32 * frames * pixels + middle(picture, latentFrames);
    }

    private long middle(Size picture, int latentFrames) {
        long latents = picture.area() / ((long) vae.spatialStride() * vae.spatialStride());
        return latents * latentFrames * vae.middleWidth() * products.activationBytes();
    }

    private static long pixels(Size picture, @Nullable VaeTile tile) {
        return tile == null
                ? picture.area()
                : (long) Math.min(picture.width(), tile.size()) * Math.min(picture.height(), tile.size());
    }

    /** Host memory in which tiles come together, for a whole video. */
    public long host(Size picture, int latentFrames, @Nullable VaeTile tile) {
        return tile == null ? 0 : RGB_F32 * ((latentFrames - 1L) * vae.temporalStride() + 1) * picture.area();
    }
}
