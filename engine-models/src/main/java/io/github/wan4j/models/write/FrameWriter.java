package io.github.wan4j.models.write;

import io.github.wan4j.video.Frame;
import java.io.Closeable;
import java.io.IOException;

/** Encodes frames into an open file: all frames in order, then {@link #finish}, then {@link #close}. */
interface FrameWriter extends Closeable {
    void write(Frame frame) throws IOException;

    /** Writes what belongs behind the last frame. */
    void finish() throws IOException;

    /** Frees everything; may be called twice, and without {@link #finish}. */
    @Override
    void close() throws IOException;

    /** Opens a writer on an empty file. */
    @FunctionalInterface
    interface Opener {
        FrameWriter open() throws IOException;
    }
}
