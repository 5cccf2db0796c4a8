package io.github.wan4j.models.vae;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends latents through a decoder chunk by chunk; see {@link Vae#decode} and {@link Vae#tiled}.
 *
 * <p>A tile passes through all of its frames before the next one starts: what the causal convolutions hold of the past
 * is then that of one tile, and for a whole picture it is as much as a chunk of several frames. What earlier tiles made
 * waits in host memory.
 */
public final class ChunkedDecoder {
    private final Kernels kernels;
    private final DType dtype;
    private final LatentScale scale;
    private final int stride;
    private final Coder decoder;
    private final @Nullable VaeTile tile;

    /** decoder: [1, C, T, h, w] to [1, 3, n, H, W] in {@code dtype}, H = stride · h. */
    public ChunkedDecoder(Kernels kernels, DType dtype, LatentScale scale, int stride, Coder decoder) {
        this(kernels, dtype, scale, stride, decoder, null);
    }

    private ChunkedDecoder(
            Kernels kernels, DType dtype, LatentScale scale, int stride, Coder decoder, @Nullable VaeTile tile) {
        this.kernels = kernels;
        this.dtype = dtype;
        this.scale = scale;
        this.stride = stride;
        this.decoder = decoder;
        this.tile = tile;
    }

    /** As {@link Vae#tiled}. */
    public ChunkedDecoder tiled(VaeTile tiles) {
        return new ChunkedDecoder(kernels, dtype, scale, stride, decoder, tiles);
    }

    /** As {@link Vae#decode}. */
    public void decode(Tensor z, int latentFramesPerChunk, Runnable checkpoint, Consumer<Tensor> frames) {
        if (z.rank() != 4 || z.size(0) != scale.channels() || z.count() == 0) {
            throw new IllegalArgumentException("latents are " + Arrays.toString(z.shape()) + ", expected ["
                    + scale.channels() + ", frames, height, width]");
        }
        Chunks chunks = new Chunks(kernels, dtype, latentFramesPerChunk, checkpoint);
        TileGrid grid = TileGrid.of(tile, z.size(2), z.size(3), stride);
        try (Scope all = Scope.open("vae.decode")) {
            Tensor latents = scale.denormalise(z.to(DType.F32)).unsqueeze(0);
            if (grid.count() == 1) {
                chunks.pass(
                        latents,
                        Stage.sequence(decoder.whole(), decoder.local()),
                        (scope, video) -> frames.accept(video.squeeze(0).to(DType.F32)));
            } else {
                decode(chunks.all(latents, decoder.whole()), grid, chunks, frames);
            }
        }
    }

    /** features [1, C, T, h, w]: what comes out of the part that sees the whole picture. */
    private void decode(Tensor features, TileGrid grid, Chunks chunks, Consumer<Tensor> frames) {
        long count = 1 + (features.size(2) - 1) * Vae.TEMPORAL_STRIDE;
        Tensor video =
                Tensors.zeros(DType.F32, Device.CPU, 1, 3, count, features.size(3) * stride, features.size(4) * stride);
        Blend blend = new Blend(video, grid, stride);
        for (int i = 0; i < grid.count(); i++) {
            int number = i;
            long[] done = {0};
            chunks.pass(grid.part(features, i, 1), decoder.local(), (scope, part) -> {
                blend.add(number, done[0], part);
                if (number == grid.count() - 1) {
                    frames.accept(video.squeeze(0).narrow(1, done[0], part.size(2)));
                }
                done[0] += part.size(2);
            });
        }
    }
}
