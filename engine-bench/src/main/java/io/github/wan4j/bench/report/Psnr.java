package io.github.wan4j.bench.report;

import io.github.wan4j.video.Video;
import java.nio.ByteBuffer;

/** Peak signal-to-noise ratio of two videos of 8 bits: 20 log₁₀(255 / root of the mean squared difference), in dB. */
final class Psnr {
    /** What videos without any difference get, so that means stay finite. */
    static final double IDENTICAL = 100;

    private static final double PEAK = 255;

    private Psnr() {}

    /** Over all pixels of all frames. */
    static double of(Video video, Video reference) {
        if (video.frameCount() != reference.frameCount()) {
            throw new IllegalArgumentException(video + " and " + reference + " are not of one length");
        }
        double squares = 0;
        long count = 0;
        for (int i = 0; i < video.frameCount(); i++) {
            ByteBuffer a = video.frame(i).rgb();
            ByteBuffer b = reference.frame(i).rgb();
            if (a.remaining() != b.remaining()) {
                throw new IllegalArgumentException(video + " and " + reference + " are not of one size");
            }
            count += a.remaining();
            while (a.hasRemaining()) {
                int difference = (a.get() & 255) - (b.get() & 255);
                squares += (double) difference * difference;
            }
        }
        return ofMeanSquare(squares / count);
    }

    static double ofMeanSquare(double meanSquare) {
        return meanSquare == 0 ? IDENTICAL : Math.min(IDENTICAL, 10 * Math.log10(PEAK * PEAK / meanSquare));
    }
}
