package io.github.wan4j.core;

/** The side of the square tiles that a VAE works in when a whole frame does not fit, and how far they overlap, in pixels. */
public record VaeTile(int size, int overlap) {
    /** What the VAEs need: both shrink a picture by 16 at most. */
    private static final int MULTIPLE = 16;

    public VaeTile {
        if (size < 4 * MULTIPLE || size % MULTIPLE != 0) {
            throw new IllegalArgumentException(
                    "tile size " + size + " is not a multiple of " + MULTIPLE + " of at least " + 4 * MULTIPLE);
        }
        if (overlap < 0 || overlap % MULTIPLE != 0 || 2 * overlap > size) {
            throw new IllegalArgumentException("tile overlap " + overlap + " is not a multiple of " + MULTIPLE
                    + " from 0 to half the tile's size " + size);
        }
    }

    /** Reads {@code 256,32}. */
    static VaeTile parse(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("'" + text + "' is not two numbers with a comma");
        }
        return new VaeTile(Settings.integer(parts[0]), Settings.integer(parts[1]));
    }

    @Override
    public String toString() {
        return size + "," + overlap;
    }
}
