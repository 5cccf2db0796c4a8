package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.Quantiser.Quantised;
import io.github.wan4j.cuda.cudnn.Attention8Graph;
import org.jspecify.annotations.Nullable;

/**
 * Attention on e4m3 for one shape. Tokens are padded to the multiple of 128 that cuDNN likes; as keys are centred, a row of
 * zeros has the score 0, and its share of the sum is known and small.
 */
final class Attention8Plan implements AutoCloseable {
    private static final int TILE = 128;

    private final Shape shape;
    private final Attention8Graph graph;
    private final Tensor workspace;

    /** [B, L, H, d]. */
    record Shape(long batch, long tokens, long heads, long width) {
        static Shape of(Tensor q) {
            return new Shape(q.size(0), q.size(1), q.size(2), q.size(3));
        }

        private long padded() {
            return (tokens + TILE - 1) / TILE * TILE;
        }

        private boolean isPadded() {
            return tokens % TILE != 0;
        }
    }

    /** Throws {@link io.github.wan4j.cuda.load.CudaException} where cuDNN has no kernel for it. */
    Attention8Plan(Tensor q) {
        shape = Shape.of(q);
        graph = new Attention8Graph(shape.batch, shape.heads, shape.padded(), shape.width, shape.isPadded());
        try (Scope scope = Scope.open("attention8.plan")) {
            workspace = scope.release(Tensors.empty(DType.U8, q.device(), Math.max(1, graph.workspaceBytes())));
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        }
    }

    /** The result of what was quantised, [B, L, H, d] bf16; frees the quantised values once they are read. */
    @Nullable
    Tensor attended(Quantiser quantiser, Quantised quantised, double scale) {
        Tensor values = quantised.values();
        Tensor result8 =
                Tensors.empty(DType.F8_E4M3, values.device(), shape.batch, shape.padded(), shape.heads, shape.width);
        Tensor logSums = shape.isPadded()
                ? Tensors.empty(DType.F32, values.device(), shape.batch, shape.heads, shape.padded())
                : null;
        long bytesOfOne = values.count() / 3;
        long q = Memory.address(values);
        graph.run(
                scale,
                q,
                q + bytesOfOne,
                q + 2 * bytesOfOne,
                Memory.address(result8),
                Memory.address(quantised.scalars()),
                logSums == null ? 0 : Memory.address(logSums),
                Memory.address(workspace));
        values.close();
        return quantiser.attended(quantised, result8, logSums, shape.tokens);
    }

    /** Null where the passes are switched off. */
    @Nullable
    Quantised quantised(Quantiser quantiser, Tensor q, Tensor k, Tensor v) {
        return quantiser.quantised(q, k, v, shape.padded());
    }

    @Override
    public void close() {
        workspace.close();
        graph.close();
    }
}
