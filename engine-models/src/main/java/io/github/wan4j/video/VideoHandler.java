package io.github.wan4j.video;

/**
 * Decides what becomes of the frames, as {@code java.net.http}'s {@code BodyHandler} does of a response. One handler may
 * serve many jobs.
 */
@FunctionalInterface
public interface VideoHandler<T> {
    /**
     * Opens a sink for one video. Called before sampling begins, so that an output that cannot be written costs nothing;
     * what it throws fails the job.
     */
    FrameSink<T> begin(VideoInfo info);
}
