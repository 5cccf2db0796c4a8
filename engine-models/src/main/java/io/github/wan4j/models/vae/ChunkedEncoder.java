package io.github.wan4j.models.vae;

import io.github.wan4j.core.VaeTile;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends video through an encoder chunk by chunk; see {@link Vae#encode} and {@link Vae#tiled}. */
public final class ChunkedEncoder {
    private final Kernels kernels;
    private final DType dtype;
    private final LatentScale scale;
    private final int stride;
    private final Coder encoder;
    private final @Nullable VaeTile tile;

    /** encoder: [1, 3, n, H, W] to the mean [1, C, T, h, w] in {@code dtype}, H = stride · h. */
    public ChunkedEncoder(Kernels kernels, DType dtype, LatentScale scale, int stride, Coder encoder) {
        this(kernels, dtype, scale, stride, encoder, null);
    }

    private ChunkedEncoder(
            Kernels kernels, DType dtype, LatentScale scale, int stride, Coder encoder, @Nullable VaeTile tile) {
        this.kernels = kernels;
        this.dtype = dtype;
        this.scale = scale;
        this.stride = stride;
        this.encoder = encoder;
        this.tile = tile;
    }

    /** As {@link Vae#tiled}. */
    public ChunkedEncoder tiled(VaeTile tiles) {
        return new ChunkedEncoder(kernels, dtype, scale, stride, encoder, tiles);
    }

    /** As {@link Vae#encode}. */
    public Tensor encode(Tensor video, int latentFramesPerChunk, Runnable checkpoint) {
        if (video.rank() != 4 || video.size(0) != 3 || video.count() == 0) {
            throw new IllegalArgumentException(
                    "video is " + Arrays.toString(video.shape()) + ", expected [3, frames, height, width]");
        }
        if (video.size(2) % stride != 0 || video.size(3) % stride != 0) {
            throw new IllegalArgumentException("video of " + video.size(3) + "x" + video.size(2)
                    + " cannot be encoded: width and height are multiples of " + stride + ", the nearest is "
                    + nearestMultiple(video.size(3)) + "x" + nearestMultiple(video.size(2)));
        }
        Chunks chunks = new Chunks(kernels, dtype, latentFramesPerChunk, checkpoint);
        TileGrid grid = TileGrid.of(tile, video.size(2) / stride, video.size(3) / stride, stride);
        try (Scope all = Scope.open("vae.encode")) {
            Tensor frames = video.to(DType.F32).unsqueeze(0);
            Tensor z = grid.count() == 1
                    ? encoded(frames, Stage.sequence(encoder.local(), encoder.whole()), chunks)
                    : chunks.all(features(frames, grid, chunks), encoder.whole());
            return all.keep(scale.normalise(z.squeeze(0).to(DType.F32).contiguous()));
        }
    }

    private static Tensor encoded(Tensor video, Stage stage, Chunks chunks) {
        try (Scope scope = Scope.open("vae.pass")) {
            List<Tensor> means = new ArrayList<>();
            chunks.pass(
                    video,
                    latentFrames(video),
                    ChunkedEncoder::firstFrame,
                    stage,
                    (chunk, mean) -> means.add(chunk.keep(mean)));
            return scope.keep(Tensors.cat(2, means.toArray(Tensor[]::new)));
        }
    }

    /** What the part that sees the whole picture is to be given: [1, C, T, h, w] f32, tile by tile. */
    private Tensor features(Tensor video, TileGrid grid, Chunks chunks) {
        try (Scope scope = Scope.open("vae.tiles")) {
            Tensor first = encoded(grid.part(video, 0, stride), encoder.local(), chunks);
            Tensor canvas = Tensors.zeros(
                    DType.F32,
                    video.device(),
                    1,
                    first.size(1),
                    first.size(2),
                    video.size(3) / stride,
                    video.size(4) / stride);
            Blend blend = new Blend(canvas, grid, 1);
            blend.add(0, 0, first);
            for (int i = 1; i < grid.count(); i++) {
                try (Scope one = Scope.open("vae.tile")) {
                    blend.add(i, 0, encoded(grid.part(video, i, stride), encoder.local(), chunks));
                }
            }
            return scope.keep(canvas);
        }
    }

    private static long latentFrames(Tensor video) {
        return 1 + (video.size(2) - 1) / Vae.TEMPORAL_STRIDE;
    }

    /** Of those that a latent frame stands for: 0, 1, 5, 9, … */
    private static long firstFrame(long latentFrame) {
        return latentFrame == 0 ? 0 : 1 + (latentFrame - 1) * Vae.TEMPORAL_STRIDE;
    }

    private long nearestMultiple(long value) {
        return Math.max(1, Math.round((double) value / stride)) * stride;
    }
}
