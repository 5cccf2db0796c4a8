package io.github.wan4j.video;

import java.nio.file.Path;

/**
 * What a model is and what a request to it means where it leaves something open.
 *
 * @param name of a bundled model, else its folder's
 * @param sizeMultiple what width and height must be multiples of
 * @param hash over names, dtypes, shapes, file sizes and config of the checkpoint
 */
public record ModelInfo(
        ModelKind kind, String name, Path folder, Defaults defaults, int fps, int sizeMultiple, String hash) {

    /** The values that a request takes on where it sets none. */
    public record Defaults(
            Size size, int frames, int steps, double shift, Guidance guidance, Solver solver, String negativePrompt) {}

    /** The number of frames, of the form 4n+1, that comes nearest to a duration. */
    public int framesFor(double seconds) {
        return nearestFrames(seconds * fps);
    }

    /** The number of the form 4n+1 that comes nearest to a number of frames, the larger of two. */
    public static int nearestFrames(double frames) {
        return 4 * (int) Math.max(0, Math.min(Integer.MAX_VALUE / 8, Math.round((frames - 1) / 4))) + 1;
    }
}
