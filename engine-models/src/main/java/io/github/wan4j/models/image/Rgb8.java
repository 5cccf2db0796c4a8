package io.github.wan4j.models.image;

import io.github.wan4j.video.Size;

/** A picture of 8 bits a channel, its pixels row after row as red, green, blue. The array is shared, not copied. */
public final class Rgb8 {
    static final int CHANNELS = 3;

    private final int width;
    private final int height;
    private final byte[] pixels;

    public Rgb8(int width, int height, byte[] pixels) {
        if (width < 1 || height < 1 || pixels.length != (long) width * height * CHANNELS) {
            throw new IllegalArgumentException(
                    pixels.length + " bytes are no RGB picture of " + width + "x" + height + " pixels");
        }
        this.width = width;
        this.height = height;
        this.pixels = pixels;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public Size size() {
        return new Size(width, height);
    }

    /** [height, width, 3], unsigned. */
    public byte[] pixels() {
        return pixels;
    }

    /** The part of {@code width} x {@code height} pixels whose upper left corner lies at (left, top). */
    Rgb8 crop(int left, int top, int width, int height) {
        if (left < 0 || top < 0 || left + width > this.width || top + height > this.height) {
            throw new IllegalArgumentException("no " + width + "x" + height + " pixels at (" + left + ", " + top
                    + ") in a picture of " + this.width + "x" + this.height);
        }
        byte[] part = new byte[width * height * CHANNELS];
        for (int y = 0; y < height; y++) {
            int from = ((top + y) * this.width + left) * CHANNELS;
            System.arraycopy(pixels, from, part, y * width * CHANNELS, width * CHANNELS);
        }
        return new Rgb8(width, height, part);
    }

    /** [3, height, width] in [-1, 1]: (v / 255 - 0.5) / 0.5 in float32, each step rounded. */
    float[] planes() {
        float[] values = new float[256];
        for (int v = 0; v < values.length; v++) {
            values[v] = (v / 255f - 0.5f) / 0.5f;
        }
        int size = width * height;
        float[] planes = new float[CHANNELS * size];
        for (int i = 0; i < size; i++) {
            for (int c = 0; c < CHANNELS; c++) {
                planes[c * size + i] = values[pixels[i * CHANNELS + c] & 0xFF];
            }
        }
        return planes;
    }
}
