package io.github.wan4j.models.wan;

import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.function.DoubleUnaryOperator;

/**
 * The token grid of one latent and its rotary positions: of the pairs of a head the first belong to time, the next to
 * height, the last to width. Made once for a job, which closes it; all steps and experts share it.
 */
public final class Rope3d implements AutoCloseable {
    private static final double LONGEST_PERIOD = 10_000;

    private final long frames;
    private final long height;
    private final long width;
    private final Rotation rotation;
    private final Records records = new Records();

    /** A stem's work but for its tokens and timestep: what is recorded for it holds good as long as these. */
    private record Beginning(Rope3d rope, long split) {}

    /** The grid of a latent [C, frames, height, width], with angles in f64. */
    public Rope3d(WanConfig config, long frames, long height, long width, Device device) {
        this(config, frames, height, width, device, DType.F64);
    }

    Rope3d(WanConfig config, long frames, long height, long width, Device device, DType angles) {
        if (frames < 1 || height < 2 || width < 2 || height % 2 != 0 || width % 2 != 0) {
            throw new IllegalArgumentException("a latent of " + frames + " frames of " + height + "×" + width
                    + " has no token grid: height and width must be even");
        }
        this.frames = frames;
        this.height = height;
        this.width = width;
        try (Scope scope = Scope.open("dit.rope")) {
            Tensor cos = table(config.headDim(), Math::cos).to(device, angles);
            Tensor sin = table(config.headDim(), Math::sin).to(device, angles);
            rotation = new Rotation(scope.release(cos), scope.release(sin));
        }
    }

    /** [L, d/2] f64, tokens in the order time, height, width. */
    private Tensor table(int headDim, DoubleUnaryOperator wave) {
        int spaceDim = headDim / 6 * 2;
        int timeDim = headDim - 2 * spaceDim;
        long rows = height / 2;
        long columns = width / 2;
        Tensor time = axis(frames, timeDim, wave).reshape(frames, 1, 1, -1);
        Tensor down = axis(rows, spaceDim, wave).reshape(1, rows, 1, -1);
        Tensor across = axis(columns, spaceDim, wave).reshape(1, 1, columns, -1);
        return Tensors.cat(
                        -1,
                        time.expand(frames, rows, columns, timeDim / 2),
                        down.expand(frames, rows, columns, spaceDim / 2),
                        across.expand(frames, rows, columns, spaceDim / 2))
                .reshape(tokens(), headDim / 2);
    }

    /** wave(position / 10000^(2k/n)): [positions, n/2]. */
    private static Tensor axis(long positions, int n, DoubleUnaryOperator wave) {
        int pairs = n / 2;
        double[] values = new double[Math.toIntExact(positions * pairs)];
        for (int i = 0; i < values.length; i++) {
            double frequency = 1 / Math.pow(LONGEST_PERIOD, 2.0 * (i % pairs) / n);
            int position = i / pairs;
            values[i] = wave.applyAsDouble(position * frequency);
        }
        return Tensors.of(values, positions, pairs);
    }

    /** Number of tokens, L. */
    public long tokens() {
        return frames * tokensPerFrame();
    }

    public long tokensPerFrame() {
        return height / 2 * (width / 2);
    }

    long frames() {
        return frames;
    }

    long height() {
        return height;
    }

    long width() {
        return width;
    }

    Rotation rotation() {
        return rotation;
    }

    /** {@code work} on the grid, whose first {@code split} tokens may have a timestep of their own, and on no prompt. */
    Tensor run(Replays replays, long split, Replays.Work work, Tensor... inputs) {
        return records.run(replays, new Beginning(this, split), work, inputs);
    }

    /** Frees the tables. */
    @Override
    public void close() {
        records.close();
        rotation.cos().close();
        rotation.sin().close();
    }
}
