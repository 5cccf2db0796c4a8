package io.github.wan4j.models.vae;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.tensor.Tensor;
import java.util.function.Consumer;

/**
 * A video autoencoder: F = 1 + 4k frames [3, F, H, W] with values in [−1, 1] are T = 1 + k latent frames [C, T, h, w],
 * normalised per channel. All f32 outside; used by one thread at a time.
 */
public interface Vae {
    /** Frames of video that one latent frame after the first stands for. */
    int TEMPORAL_STRIDE = 4;

    /** C, the channels of a latent. */
    int zChannels();

    /** H / h. */
    int spatialStride();

    /**
     * z [C, T, h, w] f32 to video, a chunk of latent frames at a time. {@code frames} gets [3, n, H, W] f32 in order, not
     * clamped, any strides, valid during the call. {@code checkpoint} is called before each chunk; what it throws ends the
     * decoding. The result does not depend on the chunk length (1 or more; longer than z is all at once).
     */
    void decode(Tensor z, int latentFramesPerChunk, Runnable checkpoint, Consumer<Tensor> frames);

    /**
     * video [3, F, H, W] f32 to the mean of its latents, [C, T, h, w] f32. Frames beyond 1 + 4k are ignored; H and W are
     * multiples of {@link #spatialStride}. {@code checkpoint} and chunks as in {@link #decode}.
     */
    Tensor encode(Tensor video, int latentFramesPerChunk, Runnable checkpoint);

    /**
     * The same autoencoder working in square tiles, for pictures that do not fit into memory: layers at the resolution of
     * the latents, where attention sees the whole picture, run as ever; those between them and pixels run tile by tile,
     * and what tiles share is blended. Frames then leave, in order, while the last tile is decoded, and are in host
     * memory. Nothing changes for pictures that one tile covers.
     */
    Vae tiled(VaeTile tile);
}
