package io.github.wan4j.models.write;

import java.nio.ByteBuffer;

/**
 * Colours between RGB and Y'CbCr 4:2:0 after BT.709, limited range, chroma sited left as H.264 assumes. Sides are even: a
 * picture with an odd one is continued by its last row or column.
 */
final class Yuv420 {
    private static final float RED = 0.2126f;
    private static final float BLUE = 0.0722f;
    private static final float GREEN = 1 - RED - BLUE;
    private static final float LUMA = 219f / 255;
    private static final float CB = 224f / 255 / (2 * (1 - BLUE));
    private static final float CR = 224f / 255 / (2 * (1 - RED));

    final int width;
    final int height;
    /** [height, width]. */
    final byte[] y;
    /** [height / 2, width / 2]. */
    final byte[] cb;
    /** [height / 2, width / 2]. */
    final byte[] cr;

    Yuv420(int width, int height) {
        this.width = width + (width & 1);
        this.height = height + (height & 1);
        y = new byte[this.width * this.height];
        cb = new byte[y.length / 4];
        cr = new byte[y.length / 4];
    }

    /** Takes over a picture [height, width, 3]. */
    void fromRgb(ByteBuffer rgb, int rgbWidth, int rgbHeight) {
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                int at = 3 * (Math.min(row, rgbHeight - 1) * rgbWidth + Math.min(column, rgbWidth - 1));
                float luma = luma(rgb.get(at) & 255, rgb.get(at + 1) & 255, rgb.get(at + 2) & 255);
                y[row * width + column] = (byte) Math.round(16 + LUMA * luma);
            }
        }
        for (int row = 0; row < height / 2; row++) {
            for (int column = 0; column < width / 2; column++) {
                float r = chromaMean(rgb, rgbWidth, rgbHeight, row, column, 0);
                float g = chromaMean(rgb, rgbWidth, rgbHeight, row, column, 1);
                float b = chromaMean(rgb, rgbWidth, rgbHeight, row, column, 2);
                float luma = luma(r, g, b);
                cb[row * width / 2 + column] = (byte) Math.round(128 + CB * (b - luma));
                cr[row * width / 2 + column] = (byte) Math.round(128 + CR * (r - luma));
            }
        }
    }

    private static float luma(float r, float g, float b) {
        return RED * r + GREEN * g + BLUE * b;
    }

    /** What one chroma sample sees of a channel: two rows, and 1, 2, 1 quarters of the columns about an even one. */
    private static float chromaMean(ByteBuffer rgb, int width, int height, int row, int column, int channel) {
        int left = 3 * Math.max(0, Math.min(2 * column - 1, width - 1)) + channel;
        int middle = 3 * Math.min(2 * column, width - 1) + channel;
        int right = 3 * Math.min(2 * column + 1, width - 1) + channel;
        int upper = 3 * width * Math.min(2 * row, height - 1);
        int lower = 3 * width * Math.min(2 * row + 1, height - 1);
        int sum = (rgb.get(upper + left) & 255)
                + 2 * (rgb.get(upper + middle) & 255)
                + (rgb.get(upper + right) & 255)
                + (rgb.get(lower + left) & 255)
                + 2 * (rgb.get(lower + middle) & 255)
                + (rgb.get(lower + right) & 255);
        return sum / 8f;
    }

    /** The picture [height, width, 3]. */
    ByteBuffer toRgb() {
        ByteBuffer rgb = ByteBuffer.allocate(width * height * 3);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                float luma = ((y[row * width + column] & 255) - 16) / LUMA;
                float blue = luma + (chroma(cb, row, column) - 128) / CB;
                float red = luma + (chroma(cr, row, column) - 128) / CR;
                float green = (luma - RED * red - BLUE * blue) / GREEN;
                rgb.put(clamp(red)).put(clamp(green)).put(clamp(blue));
            }
        }
        return rgb.flip();
    }

    /** Between the nearest samples: quarters between rows, halves between columns. */
    private float chroma(byte[] plane, int row, int column) {
        int near = row / 2;
        int far = Math.max(0, Math.min(near + ((row & 1) == 0 ? -1 : 1), height / 2 - 1));
        return 0.75f * chromaInRow(plane, near, column) + 0.25f * chromaInRow(plane, far, column);
    }

    private float chromaInRow(byte[] plane, int row, int column) {
        int left = column / 2;
        int right = Math.min((column + 1) / 2, width / 2 - 1);
        return ((plane[row * width / 2 + left] & 255) + (plane[row * width / 2 + right] & 255)) / 2f;
    }

    private static byte clamp(float value) {
        return (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
}
