package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongUnaryOperator;

/**
 * Sends sequences through stages of a network, so many latent frames at a time. The first chunk, whose shapes are its own
 * anyway, takes what is left over: a device that tries kernels for every new shape meets two and not three of each.
 */
record Chunks(Kernels kernels, DType dtype, int latentFrames, Runnable checkpoint) {
    Chunks {
        if (latentFrames < 1) {
            throw new IllegalArgumentException("a chunk of " + latentFrames + " latent frames; the least is 1");
        }
    }

    /**
     * x [1, C, T, H, W], one frame for each latent frame; {@code each} gets what comes out of every
     * chunk, and the scope that it dies with.
     */
    void pass(Tensor x, Stage stage, BiConsumer<Scope, Tensor> each) {
        pass(x, x.size(2), LongUnaryOperator.identity(), stage, each);
    }

    /** The same for {@code count} latent frames where latent frame i begins at frame {@code frameOf(i)} of x. */
    void pass(Tensor x, long count, LongUnaryOperator frameOf, Stage stage, BiConsumer<Scope, Tensor> each) {
        try (FrameHistory past = new FrameHistory()) {
            long start = 0;
            for (long end = (count - 1) % latentFrames + 1; start < count; end += latentFrames) {
                checkpoint.run();
                long first = frameOf.applyAsLong(start);
                long frames = frameOf.applyAsLong(end) - first;
                try (Scope scope = Scope.open("vae.chunk")) {
                    Tensor chunk = kernels.layout(x.narrow(2, first, frames).to(dtype));
                    each.accept(scope, stage.forward(chunk, past));
                }
                past.advance();
                start = end;
            }
        }
    }

    /** Everything that comes out of a pass, one chunk after the other in time. */
    Tensor all(Tensor x, Stage stage) {
        try (Scope scope = Scope.open("vae.pass")) {
            List<Tensor> parts = new ArrayList<>();
            pass(x, stage, (chunk, part) -> parts.add(chunk.keep(part)));
            return scope.keep(Tensors.cat(2, parts.toArray(Tensor[]::new)));
        }
    }
}
