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

    /** Everything that comes out of a stage that makes one frame of each, one chunk after the other. */
    Tensor all(Tensor x, Stage stage) {
        try (Scope scope = Scope.open("vae.pass")) {
            List<Tensor> all = new ArrayList<>();
            long[] done = {0};
            pass(x, stage, (chunk, part) -> {
                if (all.isEmpty()) {
                    all.add(chunk.keep(room(part, x.size(2))));
                }
                Tensor written = all.get(0).narrow(2, done[0], part.size(2)).copyFrom(part);
                done[0] += written.size(2);
            });
            return scope.keep(all.get(0));
        }
    }

    /** For so many frames like those of {@code part}. */
    private static Tensor room(Tensor part, long frames) {
        return Tensors.emptyChannelsLast(
                part.dtype(), part.device(), 1, part.size(1), frames, part.size(3), part.size(4));
    }
}
