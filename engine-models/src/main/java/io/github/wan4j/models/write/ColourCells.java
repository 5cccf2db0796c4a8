package io.github.wan4j.models.write;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/** The colours of a picture, counted: each for itself where they are few, else all of a cube of 8 levels a side together. */
final class ColourCells {
    private static final int EXACT_BITS = 8;
    private static final int COARSE_BITS = 5;

    private final int bits;
    private final int[] keys;
    private final int[] pixels;
    private final float[] means;

    private ColourCells(ByteBuffer rgb, int bits, BitSet found) {
        this.bits = bits;
        keys = found.stream().toArray();
        pixels = new int[keys.length];
        means = new float[keys.length * 3];
        long[] sums = new long[means.length];
        for (ByteBuffer view = rgb.duplicate(); view.hasRemaining(); ) {
            int red = view.get() & 255;
            int green = view.get() & 255;
            int blue = view.get() & 255;
            int cell = of(red, green, blue);
            pixels[cell]++;
            sums[3 * cell] += red;
            sums[3 * cell + 1] += green;
            sums[3 * cell + 2] += blue;
        }
        for (int i = 0; i < means.length; i++) {
            means[i] = (float) sums[i] / pixels[i / 3];
        }
    }

    /** Counts the colours of bytes red, green, blue; exactly, if there are at most {@code few}. */
    static ColourCells of(ByteBuffer rgb, int few) {
        BitSet colours = keys(rgb, EXACT_BITS);
        return colours.cardinality() <= few
                ? new ColourCells(rgb, EXACT_BITS, colours)
                : new ColourCells(rgb, COARSE_BITS, keys(rgb, COARSE_BITS));
    }

    private static BitSet keys(ByteBuffer rgb, int bits) {
        BitSet keys = new BitSet(1 << (3 * bits));
        for (ByteBuffer view = rgb.duplicate(); view.hasRemaining(); ) {
            keys.set(key(bits, view.get() & 255, view.get() & 255, view.get() & 255));
        }
        return keys;
    }

    private static int key(int bits, int red, int green, int blue) {
        int drop = 8 - bits;
        return (((red >> drop) << bits | (green >> drop)) << bits) | (blue >> drop);
    }

    int count() {
        return keys.length;
    }

    /** The cell of a colour that is in the picture. */
    int of(int red, int green, int blue) {
        return Arrays.binarySearch(keys, key(bits, red, green, blue));
    }

    int pixels(int cell) {
        return pixels[cell];
    }

    /** The mean of a cell's pixels in channel 0, 1 or 2. */
    float mean(int cell, int channel) {
        return means[3 * cell + channel];
    }
}
