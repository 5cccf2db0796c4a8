package io.github.wan4j.bench.report;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.Video;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/**
 * Structural similarity of two videos of 8 bits (Wang et al. 2004): luma, a Gaussian window of 11×11 with deviation 1.5, the
 * mean over all places where it fits and over all frames. 1 is identity.
 */
final class Ssim {
    private static final int WINDOW = 11;
    private static final double C1 = Math.pow(0.01 * 255, 2);
    private static final double C2 = Math.pow(0.03 * 255, 2);
    private static final double[] GAUSSIAN = gaussian();

    private Ssim() {}

    static double of(Video video, Video reference) {
        return IntStream.range(0, reference.frameCount())
                .parallel()
                .mapToDouble(i -> of(video.frame(i), reference.frame(i)))
                .average()
                .orElseThrow();
    }

    static double of(Frame frame, Frame reference) {
        int width = reference.width();
        int height = reference.height();
        if (frame.width() != width || frame.height() != height || Math.min(width, height) < WINDOW) {
            throw new IllegalArgumentException("frames of " + frame.width() + "x" + frame.height() + " and " + width
                    + "x" + height + ", they must agree and be at least " + WINDOW + " wide and high");
        }
        double[] x = luma(frame);
        double[] y = luma(reference);
        double[] meanX = blurred(x, width, height);
        double[] meanY = blurred(y, width, height);
        double[] xx = blurred(product(x, x), width, height);
        double[] yy = blurred(product(y, y), width, height);
        double[] xy = blurred(product(x, y), width, height);
        return IntStream.range(0, meanX.length)
                .mapToDouble(i -> index(meanX[i], meanY[i], xx[i], yy[i], xy[i]))
                .average()
                .orElseThrow();
    }

    /** From the means of x, y and their products in one window. */
    private static double index(double x, double y, double xx, double yy, double xy) {
        double structure = (2 * (xy - x * y) + C2) / (xx - x * x + yy - y * y + C2);
        return (2 * x * y + C1) / (x * x + y * y + C1) * structure;
    }

    private static double[] luma(Frame frame) {
        ByteBuffer rgb = frame.rgb();
        double[] luma = new double[frame.width() * frame.height()];
        for (int i = 0; i < luma.length; i++) {
            luma[i] = 0.299 * (rgb.get() & 255) + 0.587 * (rgb.get() & 255) + 0.114 * (rgb.get() & 255);
        }
        return luma;
    }

    private static double[] product(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).toArray();
    }

    /** values [height, width] under the window: [height - 10, width - 10]. */
    private static double[] blurred(double[] values, int width, int height) {
        int columns = width - WINDOW + 1;
        int rows = height - WINDOW + 1;
        double[] across = new double[height * columns];
        double[] blurred = new double[rows * columns];
        for (int i = 0; i < across.length; i++) {
            int first = i / columns * width + i % columns;
            for (int k = 0; k < WINDOW; k++) {
                across[i] += GAUSSIAN[k] * values[first + k];
            }
        }
        for (int i = 0; i < blurred.length; i++) {
            for (int k = 0; k < WINDOW; k++) {
                blurred[i] += GAUSSIAN[k] * across[i + k * columns];
            }
        }
        return blurred;
    }

    private static double[] gaussian() {
        double[] weights = IntStream.range(0, WINDOW)
                .mapToDouble(k -> Math.exp(-Math.pow(k - WINDOW / 2, 2) / (2 * 1.5 * 1.5)))
                .toArray();
        double sum = IntStream.range(0, WINDOW).mapToDouble(k -> weights[k]).sum();
        return IntStream.range(0, WINDOW).mapToDouble(k -> weights[k] / sum).toArray();
    }
}
