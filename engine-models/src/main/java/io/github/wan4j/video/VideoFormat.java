package io.github.wan4j.video;

import java.nio.file.Path;

/** A kind of file that videos are written to; found by {@link java.util.ServiceLoader}. */
public interface VideoFormat {
    /** What files of this format end in, without the dot, in lower case. */
    String extension();

    /**
     * Opens a temporary file beside the target; {@link FrameSink#finish} moves it into place and tells where that is.
     *
     * @throws OutputException if the target exists or its folder does not
     */
    FrameSink<Path> begin(Path file, VideoInfo info, WriteOptions options);
}
