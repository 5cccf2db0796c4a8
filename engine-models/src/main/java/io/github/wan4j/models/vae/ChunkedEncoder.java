package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sends video through an encoder chunk by chunk; see {@link Vae#encode}. */
public final class ChunkedEncoder {
    private final Kernels kernels;
    private final DType dtype;
    private final LatentScale scale;
    private final int spatialStride;
    private final Stage encoder;

    /** encoder: [1, 3, n, H, W] to the mean [1, C, T, h, w] in {@code dtype}. */
    public ChunkedEncoder(Kernels kernels, DType dtype, LatentScale scale, int spatialStride, Stage encoder) {
        this.kernels = kernels;
        this.dtype = dtype;
        this.scale = scale;
        this.spatialStride = spatialStride;
        this.encoder = encoder;
    }

    /** As {@link Vae#encode}. */
    public Tensor encode(Tensor video, int latentFramesPerChunk, Runnable checkpoint) {
        if (video.rank() != 4 || video.size(0) != 3 || video.count() == 0) {
            throw new IllegalArgumentException(
                    "video is " + Arrays.toString(video.shape()) + ", expected [3, frames, height, width]");
        }
        if (video.size(2) % spatialStride != 0 || video.size(3) % spatialStride != 0) {
            throw new IllegalArgumentException("video of " + video.size(3) + "x" + video.size(2)
                    + " cannot be encoded: width and height are multiples of " + spatialStride + ", the nearest is "
                    + Chunks.nearestMultiple(video.size(3), spatialStride) + "x"
                    + Chunks.nearestMultiple(video.size(2), spatialStride));
        }
        Chunks.requirePositive(latentFramesPerChunk);
        try (FrameHistory past = new FrameHistory();
                Scope all = Scope.open("vae.encode")) {
            Tensor frames = video.to(DType.F32).unsqueeze(0);
            long latentFrames = 1 + (video.size(1) - 1) / Vae.TEMPORAL_STRIDE;
            List<Tensor> means = new ArrayList<>();
            for (long start = 0; start < latentFrames; start += latentFramesPerChunk) {
                checkpoint.run();
                long first = firstFrame(start);
                long count = firstFrame(Math.min(start + latentFramesPerChunk, latentFrames)) - first;
                try (Scope scope = Scope.open("vae.encode.chunk")) {
                    Tensor chunk = kernels.layout(frames.narrow(2, first, count).to(dtype));
                    means.add(scope.keep(encoder.forward(chunk, past).to(DType.F32)));
                }
                past.advance();
            }
            Tensor z = Tensors.cat(2, means.toArray(Tensor[]::new)).squeeze(0);
            return all.keep(scale.normalise(z.contiguous()));
        }
    }

    /** Of those that a latent frame stands for: 0, 1, 5, 9, … */
    private static long firstFrame(long latentFrame) {
        return latentFrame == 0 ? 0 : 1 + (latentFrame - 1) * Vae.TEMPORAL_STRIDE;
    }
}
