package io.github.wan4j.models.wan;

import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.MatrixOnDisk;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The arithmetic of the time network in plain Java: reads the few weights that it needs from the checkpoint, so that a plan
 * can go by the time embeddings before any device is touched. Sums are f64, in one order on every machine.
 */
public final class HostTimeEmbedding {
    private static final int ROWS = 64;

    private HostTimeEmbedding() {}

    /** e [R, D] of R timesteps, or e0 [R, 6·D] if {@code projected}; names of the checkpoint as in the original release. */
    public static float[][] rows(Checkpoint transformer, WanConfig config, double[] timesteps, boolean projected) {
        float[] waves = TimeEmbedding.waves(timesteps, config.freqDim());
        float[][] x = IntStream.range(0, timesteps.length)
                .mapToObj(row -> Arrays.copyOfRange(waves, row * config.freqDim(), (row + 1) * config.freqDim()))
                .toArray(float[][]::new);
        float[][] hidden = silu(linear(transformer, "time_embedding.0", x));
        float[][] e = linear(transformer, "time_embedding.2", hidden);
        return projected ? linear(transformer, "time_projection.1", silu(e)) : e;
    }

    /** x [R, in] to x Wᵀ + b [R, out]; W is read once, a few rows at a time. */
    private static float[][] linear(Checkpoint transformer, String name, float[][] x) {
        try (MatrixOnDisk weight = MatrixOnDisk.open(transformer.entry(name + ".weight"));
                MatrixOnDisk bias = MatrixOnDisk.open(transformer.entry(name + ".bias"))) {
            float[] b = bias.read(0, 1);
            float[][] y = new float[x.length][weight.rows()];
            int blocks = (weight.rows() + ROWS - 1) / ROWS;
            IntStream.range(0, blocks).parallel().forEach(block -> {
                int first = block * ROWS;
                int count = Math.min(ROWS, weight.rows() - first);
                float[] w = weight.read(first, count);
                for (int i = 0; i < count; i++) {
                    for (int row = 0; row < x.length; row++) {
                        y[row][first + i] = (float) (b[first + i] + dot(w, i * weight.columns(), x[row]));
                    }
                }
            });
            return y;
        }
    }

    /** Four sums side by side: the processor need not wait for one to continue it. */
    private static double dot(float[] w, int from, float[] x) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < x.length; i += 4) {
            a += (double) w[from + i] * x[i];
            b += (double) w[from + i + 1] * x[i + 1];
            c += (double) w[from + i + 2] * x[i + 2];
            d += (double) w[from + i + 3] * x[i + 3];
        }
        for (; i < x.length; i++) {
            a += (double) w[from + i] * x[i];
        }
        return a + b + (c + d);
    }

    private static float[][] silu(float[][] x) {
        float[][] y = new float[x.length][];
        for (int row = 0; row < x.length; row++) {
            y[row] = new float[x[row].length];
            for (int i = 0; i < x[row].length; i++) {
                y[row][i] = (float) (x[row][i] / (1 + Math.exp(-x[row][i])));
            }
        }
        return y;
    }
}
