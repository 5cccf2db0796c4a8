package io.github.wan4j.bench.cli;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoInfo;
import java.nio.file.Path;

/** A video that was written, and where. */
record Written(VideoInfo info, Path file) {
    /** Writes by another handler and remembers what. */
    static VideoHandler<Written> by(VideoHandler<Path> handler) {
        return info -> {
            FrameSink<Path> sink = handler.begin(info);
            return new FrameSink<Written>() {
                @Override
                public void frame(Frame frame) {
                    sink.frame(frame);
                }

                @Override
                public Written finish(RunReport report) {
                    return new Written(info, sink.finish(report));
                }

                @Override
                public void close() {
                    sink.close();
                }
            };
        };
    }
}
