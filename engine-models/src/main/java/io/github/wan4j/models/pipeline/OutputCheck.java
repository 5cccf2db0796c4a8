package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.UnusableOutputException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a video before it is handed over. Frames are held back while every pixel so far lies within one level; a video
 * that ends so never leaves.
 */
final class OutputCheck<T extends @Nullable Object> implements FrameSink<T> {
    /** Deviations that latents of a video may have; normalised as they are, theirs is near 1. */
    private static final double LEAST_DEVIATION = 1e-3;

    private static final double MOST_DEVIATION = 100;

    private final FrameSink<T> sink;
    private final List<Frame> held = new ArrayList<>();
    private int left;
    private int repeated;
    private int lowest = 255;
    private int highest;

    OutputCheck(FrameSink<T> sink) {
        this.sink = sink;
    }

    /** Throws if a value is infinite or not a number. */
    static void requireFinite(Tensor values, String what) {
        if (!values.isFinite()) {
            throw new UnusableOutputException(what + " hold values that are not finite");
        }
    }

    /** Throws if sampled latents cannot be those of a video. One pass over them, on their device. */
    static void requireLatents(Tensor latents) {
        double deviation = latents.deviation();
        if (!Double.isFinite(deviation)) { // one value that is not finite is enough
            throw new UnusableOutputException("the latents after the last step hold values that are not finite");
        }
        if (deviation < LEAST_DEVIATION || deviation > MOST_DEVIATION) {
            throw new UnusableOutputException(String.format(
                    Locale.ROOT,
                    "the latents after the last step have a deviation of %.3g, a video's is near 1",
                    deviation));
        }
    }

    /** Begins anew, unless a frame has left already. */
    boolean restart() {
        return left == 0 && resume();
    }

    /** The same frames will come once more: those that have left are passed over. True: that is always possible. */
    boolean resume() {
        repeated = left;
        held.clear();
        if (left == 0) {
            lowest = 255;
            highest = 0;
        }
        return true;
    }

    @Override
    public void frame(Frame frame) {
        if (repeated > 0) {
            repeated--;
            return;
        }
        if (!isFlat()) {
            leave(frame);
            return;
        }
        look(frame.rgb());
        held.add(frame);
        if (!isFlat()) {
            held.forEach(this::leave);
            held.clear();
        }
    }

    private void leave(Frame frame) {
        left++;
        sink.frame(frame);
    }

    private void look(ByteBuffer rgb) {
        while (rgb.hasRemaining() && isFlat()) {
            int level = rgb.get() & 255;
            lowest = Math.min(lowest, level);
            highest = Math.max(highest, level);
        }
    }

    private boolean isFlat() {
        return highest - lowest <= 1;
    }

    /** Throws if nothing was drawn on any frame so far. */
    void requireDrawn() {
        if (isFlat()) {
            throw new UnusableOutputException("every pixel of the video is " + lowest
                    + (highest == lowest ? "" : " or " + highest) + ": nothing was drawn");
        }
    }

    @Override
    public T finish(RunReport report) {
        requireDrawn();
        return sink.finish(report);
    }

    @Override
    public void close() {
        sink.close();
    }
}
