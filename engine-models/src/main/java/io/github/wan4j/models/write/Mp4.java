package io.github.wan4j.models.write;

import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.VideoFormat;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOptions;
import java.io.IOException;
import java.nio.file.Path;

/**
 * H.264 in MP4, as browsers play it: 4:2:0, BT.709, the index in front of the pictures. An odd width or height grows by one
 * pixel, because 4:2:0 has none.
 */
public final class Mp4 implements VideoFormat {
    private static final long LEAST_BIT_RATE = 1_200_000;
    private static final double BITS_PER_PIXEL = 0.4;

    @Override
    public String extension() {
        return "mp4";
    }

    @Override
    public FrameSink<Path> begin(Path file, VideoInfo info, WriteOptions options) {
        AtomicFile target = AtomicFile.create(file, options.existing());
        long bitRate = options.bitRate().orElseGet(() -> bitRate(info));
        return FileSink.open(target, info, () -> open(target.temporary(), info, bitRate));
    }

    /** Enough that flat colours stay as they are and edges stay sharp. */
    static long bitRate(VideoInfo info) {
        double pixelsPerSecond = (double) info.width() * info.height() * info.fps();
        return Math.max(LEAST_BIT_RATE, Math.round(BITS_PER_PIXEL * pixelsPerSecond));
    }

    private static FrameWriter open(Path file, VideoInfo info, long bitRate) throws IOException {
        try {
            return Mp4Writer.open(file, info, bitRate);
        } catch (LinkageError e) {
            throw new OutputException(
                    "MP4 needs the artifact org.bytedeco:ffmpeg and its natives for this platform, which are not on the"
                            + " class path (" + e.getMessage() + "); .gif and .png need nothing",
                    e);
        }
    }
}
