package io.github.wan4j.video;

import java.util.List;
import java.util.stream.Stream;

/** A whole video in memory, with the report of the job that made it. Immutable. */
public final class Video {
    private final VideoInfo info;
    private final List<Frame> frames;
    private final RunReport report;

    private Video(VideoInfo info, List<Frame> frames, RunReport report) {
        this.info = info;
        this.frames = List.copyOf(frames);
        this.report = report;
    }

    /** Frames in order, as many and as large as the info says. */
    public static Video of(VideoInfo info, List<Frame> frames, RunReport report) {
        if (frames.size() != info.frames()) {
            throw new IllegalArgumentException(
                    "the video has " + info.frames() + " frames, there are " + frames.size());
        }
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            if (frame.index() != i || frame.width() != info.width() || frame.height() != info.height()) {
                throw new IllegalArgumentException(
                        frame + " in place " + i + " of a video of " + info.width() + "x" + info.height());
            }
        }
        return new Video(info, frames, report);
    }

    public VideoInfo info() {
        return info;
    }

    public int frameCount() {
        return frames.size();
    }

    public Frame frame(int i) {
        return frames.get(i);
    }

    public Stream<Frame> frames() {
        return frames.stream();
    }

    public RunReport report() {
        return report;
    }

    /** Hands the frames to a handler, as the job could have done. */
    public <T> T writeTo(VideoHandler<T> handler) {
        try (FrameSink<T> sink = handler.begin(info)) {
            frames.forEach(sink::frame);
            return sink.finish(report);
        }
    }

    @Override
    public String toString() {
        return info.model() + ", " + frameCount() + " frames of " + info.width() + "x" + info.height();
    }
}
