package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.UnusableOutputException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a video before it is handed over. Frames are held back while every pixel so far lies within one level; a video
 * that ends so never leaves.
 */
final class OutputCheck<T extends @Nullable Object> implements FrameSink<T> {
    private final FrameSink<T> sink;
    private final List<Frame> held = new ArrayList<>();
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

    @Override
    public void frame(Frame frame) {
        if (!isFlat()) {
            sink.frame(frame);
            return;
        }
        look(frame.rgb());
        held.add(frame);
        if (!isFlat()) {
            held.forEach(sink::frame);
            held.clear();
        }
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

    @Override
    public T finish(RunReport report) {
        if (isFlat()) {
            throw new UnusableOutputException("every pixel of the video is " + lowest
                    + (highest == lowest ? "" : " or " + highest) + ": nothing was drawn");
        }
        return sink.finish(report);
    }

    @Override
    public void close() {
        sink.close();
    }
}
