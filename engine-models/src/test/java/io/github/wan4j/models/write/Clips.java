package io.github.wan4j.models.write;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoFormat;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOption;
import io.github.wan4j.video.WriteOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Small videos to write: a red disc that moves right over black, and one of many colours. */
final class Clips {
    static final RunReport REPORT = RunReport.builder().seed(42).build();

    private Clips() {}

    static VideoInfo info(int width, int height, int frames) {
        Map<String, Object> settings = Map.of(
                "prompt",
                "a \"red\" circle, 红色的圆 \uD83D\uDD34\nmoves\\right",
                "guidance",
                List.of(3.0, 4.0),
                "steps",
                20);
        return new VideoInfo("mini-t2v", "c0ffee", "0.1.0", width, height, 16, frames, 1L << 40, settings);
    }

    static List<Frame> disc(VideoInfo info) {
        return IntStream.range(0, info.frames())
                .mapToObj(i -> draw(info, i, (x, y) -> {
                    double cx = info.width() * (0.25 + 0.5 * i / Math.max(1, info.frames() - 1));
                    return Math.hypot(x - cx, y - info.height() / 2.0) < info.height() / 5.0 ? 0xdc2828 : 0x101010;
                }))
                .toList();
    }

    /** Thousands of colours in smooth slopes that drift. */
    static List<Frame> slopes(VideoInfo info) {
        return IntStream.range(0, info.frames())
                .mapToObj(i -> draw(info, i, (x, y) -> {
                    int red = 255 * x / info.width();
                    int green = 255 * y / info.height();
                    int blue = (int) (127.5 + 127.5 * Math.sin((x + y + 4 * i) / 40.0));
                    return red << 16 | green << 8 | blue;
                }))
                .toList();
    }

    private static Frame draw(VideoInfo info, int index, java.util.function.IntBinaryOperator colour) {
        ByteBuffer rgb = ByteBuffer.allocate(info.width() * info.height() * 3);
        for (int y = 0; y < info.height(); y++) {
            for (int x = 0; x < info.width(); x++) {
                int c = colour.applyAsInt(x, y);
                rgb.put((byte) (c >> 16)).put((byte) (c >> 8)).put((byte) c);
            }
        }
        return Frame.of(index, info.width(), info.height(), rgb.flip());
    }

    static Path write(VideoFormat format, Path file, VideoInfo info, List<Frame> frames, WriteOption... options) {
        try (FrameSink<Path> sink = format.begin(file, info, WriteOptions.of(options))) {
            frames.forEach(sink::frame);
            return sink.finish(REPORT);
        }
    }

    /** The mean of the absolute differences over all channels; the frames must have one size. */
    static double meanError(Frame a, Frame b) {
        ByteBuffer x = a.rgb();
        ByteBuffer y = b.rgb();
        if (x.remaining() != y.remaining()) {
            throw new AssertionError(a + " against " + b);
        }
        long sum = 0;
        int count = x.remaining();
        while (x.hasRemaining()) {
            sum += Math.abs((x.get() & 255) - (y.get() & 255));
        }
        return (double) sum / count;
    }
}
