package io.github.wan4j;

import java.awt.image.BufferedImage;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The largest connected region that differs from the background.
 *
 * @param rgb its mean colour
 * @param background grey level of the picture's rim
 */
record Blob(double x, double y, int pixels, int rgb, int background) {
    /** How far a channel must be from the background's. */
    private static final int CONTRAST = 48;

    static Blob largest(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] rgb = image.getRGB(0, 0, width, height, null, 0, width);
        int[] rim = rim(rgb, width, height);
        boolean[] inside = new boolean[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            inside[i] = Math.abs((rgb[i] >> 16 & 255) - rim[0]) > CONTRAST
                    || Math.abs((rgb[i] >> 8 & 255) - rim[1]) > CONTRAST
                    || Math.abs((rgb[i] & 255) - rim[2]) > CONTRAST;
        }
        Blob best = new Blob(0, 0, 0, 0, (rim[0] + rim[1] + rim[2]) / 3);
        for (int i = 0; i < rgb.length; i++) {
            if (inside[i]) {
                Blob blob = flood(rgb, inside, i, width, best.background());
                best = blob.pixels() > best.pixels() ? blob : best;
            }
        }
        return best;
    }

    /** The median of each channel over the border of the picture. */
    private static int[] rim(int[] rgb, int width, int height) {
        int[] median = new int[3];
        for (int channel = 0; channel < 3; channel++) {
            int shift = 16 - 8 * channel;
            int[] values = new int[2 * width + 2 * height];
            int n = 0;
            for (int x = 0; x < width; x++) {
                values[n++] = rgb[x] >> shift & 255;
                values[n++] = rgb[(height - 1) * width + x] >> shift & 255;
            }
            for (int y = 0; y < height; y++) {
                values[n++] = rgb[y * width] >> shift & 255;
                values[n++] = rgb[y * width + width - 1] >> shift & 255;
            }
            Arrays.sort(values);
            median[channel] = values[n / 2];
        }
        return median;
    }

    /** Takes the region at {@code start} out of {@code inside}. */
    private static Blob flood(int[] rgb, boolean[] inside, int start, int width, int background) {
        Deque<Integer> open = new ArrayDeque<>();
        open.push(start);
        inside[start] = false;
        long x = 0;
        long y = 0;
        long red = 0;
        long green = 0;
        long blue = 0;
        int pixels = 0;
        while (!open.isEmpty()) {
            int at = open.pop();
            pixels++;
            x += at % width;
            y += at / width;
            red += rgb[at] >> 16 & 255;
            green += rgb[at] >> 8 & 255;
            blue += rgb[at] & 255;
            int[] next = {at % width > 0 ? at - 1 : -1, at % width < width - 1 ? at + 1 : -1, at - width, at + width};
            for (int neighbour : next) {
                if (neighbour >= 0 && neighbour < inside.length && inside[neighbour]) {
                    inside[neighbour] = false;
                    open.push(neighbour);
                }
            }
        }
        int mean = (int) (red / pixels) << 16 | (int) (green / pixels) << 8 | (int) (blue / pixels);
        return new Blob((double) x / pixels, (double) y / pixels, pixels, mean, background);
    }
}
