package io.github.wan4j.models.write;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoInfo;
import java.io.IOException;
import java.nio.file.Path;

/** A sink of frames that is a file; checks that they come as announced. */
final class FileSink implements FrameSink<Path> {
    private final AtomicFile file;
    private final VideoInfo info;
    private final FrameWriter writer;
    private int next;

    private FileSink(AtomicFile file, VideoInfo info, FrameWriter writer) {
        this.file = file;
        this.info = info;
        this.writer = writer;
    }

    /** Takes over the file, also when opening the writer fails. */
    static FileSink open(AtomicFile file, VideoInfo info, FrameWriter.Opener opener) {
        try {
            return new FileSink(file, info, opener.open());
        } catch (IOException e) {
            file.close();
            throw failed(file, e);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    @Override
    public void frame(Frame frame) {
        if (frame.index() != next
                || next >= info.frames()
                || frame.width() != info.width()
                || frame.height() != info.height()) {
            throw new IllegalArgumentException(frame + " came as number " + next + " of " + info.frames()
                    + " frames of " + info.width() + "x" + info.height());
        }
        try {
            writer.write(frame);
        } catch (IOException e) {
            throw failed(file, e);
        }
        next++;
    }

    @Override
    public Path finish(RunReport report) {
        if (next != info.frames()) {
            throw new IllegalStateException("finished after " + next + " of " + info.frames() + " frames");
        }
        try {
            writer.finish();
            writer.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
        return file.commit();
    }

    @Override
    public void close() {
        try (file) {
            writer.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static OutputException failed(AtomicFile file, IOException e) {
        return new OutputException("cannot write '" + file.target() + "': " + e.getMessage(), e);
    }
}
