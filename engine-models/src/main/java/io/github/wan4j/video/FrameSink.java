package io.github.wan4j.video;

/** Takes the frames of one video, from one thread: all frames in order, then {@link #finish}, then {@link #close}. */
public interface FrameSink<T> extends AutoCloseable {
    /** The next frame. Blocking is back-pressure: no further frame is decoded meanwhile. */
    void frame(Frame frame);

    /**
     * All frames came. What was written to a temporary file is moved into place here.
     *
     * @param report the run up to now; the time of this call is not yet part of it
     */
    T finish(RunReport report);

    /** Always called, also after {@link #finish}; without it everything written is discarded. */
    @Override
    void close();
}
