package io.github.wan4j.models.image;

import java.util.Arrays;

/**
 * Lanczos resampling on 8 bits with fixed-point weights, byte for byte Pillow's: the width first, then the height on its
 * 8-bit result; taps beyond the edge are dropped and the rest scaled to a sum of 1.
 */
final class Lanczos {
    private static final int PRECISION = 22;
    private static final int ONE_HALF = 1 << (PRECISION - 1);
    private static final double LOBES = 3.0;

    private Lanczos() {}

    static Rgb8 resize(Rgb8 picture, int width, int height) {
        Rgb8 resized = width == picture.width() ? picture : resizeWidth(picture, width);
        return height == resized.height() ? resized : resizeHeight(resized, height);
    }

    private static Rgb8 resizeWidth(Rgb8 picture, int width) {
        Taps taps = Taps.of(picture.width(), width);
        byte[] in = picture.pixels();
        byte[] out = new byte[width * picture.height() * Rgb8.CHANNELS];
        int o = 0;
        for (int y = 0; y < picture.height(); y++) {
            int row = y * picture.width() * Rgb8.CHANNELS;
            for (int x = 0; x < width; x++) {
                int[] weights = taps.weights[x];
                int p = row + taps.first[x] * Rgb8.CHANNELS;
                int red = ONE_HALF;
                int green = ONE_HALF;
                int blue = ONE_HALF;
                for (int weight : weights) {
                    red += (in[p] & 0xFF) * weight;
                    green += (in[p + 1] & 0xFF) * weight;
                    blue += (in[p + 2] & 0xFF) * weight;
                    p += Rgb8.CHANNELS;
                }
                out[o++] = clamp(red);
                out[o++] = clamp(green);
                out[o++] = clamp(blue);
            }
        }
        return new Rgb8(width, picture.height(), out);
    }

    /** Sums whole rows, so that the inner loop runs along memory. */
    private static Rgb8 resizeHeight(Rgb8 picture, int height) {
        Taps taps = Taps.of(picture.height(), height);
        byte[] in = picture.pixels();
        int stride = picture.width() * Rgb8.CHANNELS;
        byte[] out = new byte[stride * height];
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, ONE_HALF);
            int[] weights = taps.weights[y];
            for (int j = 0; j < weights.length; j++) {
                accumulate(sums, in, (taps.first[y] + j) * stride, weights[j]);
            }
            for (int i = 0; i < stride; i++) {
                out[y * stride + i] = clamp(sums[i]);
            }
        }
        return new Rgb8(picture.width(), height, out);
    }

    private static void accumulate(int[] sums, byte[] in, int offset, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (in[offset + i] & 0xFF) * weight;
        }
    }

    private static byte clamp(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
    }

    /** For each output position the first input position it reads and the fixed-point weights from there on. */
    private static final class Taps {
        final int[] first;
        final int[][] weights;

        private Taps(int[] first, int[][] weights) {
            this.first = first;
            this.weights = weights;
        }

        static Taps of(int sizeIn, int sizeOut) {
            double scale = (double) sizeIn / sizeOut;
            double filterScale = Math.max(scale, 1.0);
            double support = LOBES * filterScale;
            double inverse = 1.0 / filterScale;
            int[] first = new int[sizeOut];
            int[][] weights = new int[sizeOut][];
            for (int i = 0; i < sizeOut; i++) {
                double centre = (i + 0.5) * scale;
                int low = Math.max((int) (centre - support + 0.5), 0);
                int high = Math.min((int) (centre + support + 0.5), sizeIn);
                double[] exact = new double[high - low];
                double sum = 0;
                for (int j = 0; j < exact.length; j++) {
                    exact[j] = kernel((j + low - centre + 0.5) * inverse);
                    sum += exact[j];
                }
                first[i] = low;
                weights[i] = fixedPoint(exact, sum);
            }
            return new Taps(first, weights);
        }

        /** Rounds half away from zero; what rounding adds to the sum of the weights is left as it is. */
        private static int[] fixedPoint(double[] exact, double sum) {
            int[] rounded = new int[exact.length];
            for (int j = 0; j < exact.length; j++) {
                double weight = exact[j] / sum * (1 << PRECISION);
                rounded[j] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
            }
            return rounded;
        }

        /** sinc(x) sinc(x/3) on [-3, 3). */
        private static double kernel(double x) {
            return -LOBES <= x && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
        }

        private static double sinc(double x) {
            return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
        }
    }
}
