package io.github.wan4j.models.vae;

import java.util.Arrays;

/**
 * How tiles of one size lie along one side of a picture: as few as overlap enough, evenly spread, all of them whole. Where
 * the picture is no longer than a tile there is one, as long as the picture.
 */
final class TileAxis {
    /** The outer part of what two tiles share, where the nearer end of a tile shows most, counts for nothing. */
    private static final double EDGE = 0.4;

    private final long length;
    private final long size;
    private final long[] starts;

    TileAxis(long length, long size, long overlap) {
        this.length = length;
        this.size = Math.min(length, size);
        starts = starts(length, size, overlap);
    }

    private static long[] starts(long length, long size, long overlap) {
        if (length <= size) {
            return new long[] {0};
        }
        int count = Math.toIntExact(1 - Math.floorDiv(size - length, size - overlap));
        long[] starts = new long[count];
        for (int i = 0; i < count; i++) {
            starts[i] = i * (length - size) / (count - 1);
        }
        return starts;
    }

    int count() {
        return starts.length;
    }

    long start(int tile) {
        return starts[tile];
    }

    long size() {
        return size;
    }

    /**
     * How much a tile counts at each of its {@code scale · size} places when every unit of this axis is {@code scale}
     * places; 1 in sum over all tiles.
     */
    float[] weights(int tile, int scale) {
        double[] sums = new double[Math.toIntExact(length * scale)];
        double[] own = new double[0];
        for (int i = 0; i < starts.length; i++) {
            double[] ramps = ramps(i, scale);
            int start = Math.toIntExact(starts[i] * scale);
            for (int p = 0; p < ramps.length; p++) {
                sums[start + p] += ramps[p];
            }
            own = i == tile ? ramps : own;
        }
        float[] weights = new float[own.length];
        for (int p = 0; p < own.length; p++) {
            weights[p] = (float) (own[p] / sums[Math.toIntExact(starts[tile] * scale) + p]);
        }
        return weights;
    }

    /** 1 where no neighbour is, and rising and falling in the middle of what is shared with one. */
    private double[] ramps(int tile, int scale) {
        double[] ramps = new double[Math.toIntExact(size * scale)];
        Arrays.fill(ramps, 1);
        double before = tile == 0 ? 0 : (starts[tile - 1] + size - starts[tile]) * scale;
        double after = tile == starts.length - 1 ? 0 : (starts[tile] + size - starts[tile + 1]) * scale;
        for (int p = 0; p < ramps.length; p++) {
            double rise = p < before ? ramp((p + 0.5) / before) : 1;
            double fall = ramps.length - 1 - p < after ? ramp((ramps.length - p - 0.5) / after) : 1;
            ramps[p] = Math.min(rise, fall);
        }
        return ramps;
    }

    private static double ramp(double place) {
        return Math.max(0, Math.min(1, (place - EDGE) / (1 - 2 * EDGE)));
    }
}
