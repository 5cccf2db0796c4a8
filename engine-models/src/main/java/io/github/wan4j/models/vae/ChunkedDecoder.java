package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Consumer;

/** Sends latents through a decoder chunk by chunk; see {@link Vae#decode}. */
public final class ChunkedDecoder {
    private final Kernels kernels;
    private final DType dtype;
    private final LatentScale scale;
    private final Stage decoder;

    /** decoder: [1, C, T, h, w] to [1, 3, n, H, W] in {@code dtype}. */
    public ChunkedDecoder(Kernels kernels, DType dtype, LatentScale scale, Stage decoder) {
        this.kernels = kernels;
        this.dtype = dtype;
        this.scale = scale;
        this.decoder = decoder;
    }

    /** As {@link Vae#decode}. */
    public void decode(Tensor z, int latentFramesPerChunk, Runnable checkpoint, Consumer<Tensor> frames) {
        if (z.rank() != 4 || z.size(0) != scale.channels() || z.count() == 0) {
            throw new IllegalArgumentException("latents are " + Arrays.toString(z.shape()) + ", expected ["
                    + scale.channels() + ", frames, height, width]");
        }
        Chunks.requirePositive(latentFramesPerChunk);
        try (FrameHistory past = new FrameHistory();
                Scope all = Scope.open("vae.decode")) {
            Tensor latents = scale.denormalise(z.to(DType.F32)).unsqueeze(0);
            for (long start = 0; start < z.size(1); start += latentFramesPerChunk) {
                checkpoint.run();
                long count = Math.min(latentFramesPerChunk, z.size(1) - start);
                try (Scope scope = Scope.open("vae.decode.chunk")) {
                    Tensor chunk =
                            kernels.layout(latents.narrow(2, start, count).to(dtype));
                    frames.accept(decoder.forward(chunk, past).squeeze(0).to(DType.F32));
                }
                past.advance();
            }
        }
    }
}
