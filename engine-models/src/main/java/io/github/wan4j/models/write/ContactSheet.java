package io.github.wan4j.models.write;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.VideoFormat;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** All frames in full size on one PNG, row by row, left to right; places left over are black. */
public final class ContactSheet implements VideoFormat {
    static final String KEYWORD = "wan4j";

    /** What the sheet's width should be, in its heights. */
    private static final double ASPECT = 1.6;

    @Override
    public String extension() {
        return "png";
    }

    @Override
    public FrameSink<Path> begin(Path file, VideoInfo info, WriteOptions options) {
        int columns = Math.min(info.frames(), options.columns().orElseGet(() -> columns(info)));
        AtomicFile target = AtomicFile.create(file, options.existing());
        return FileSink.open(target, info, () -> new Sheet(target.temporary(), info, columns));
    }

    /** Near a pleasant shape, the number of columns that leaves the fewest places empty. */
    static int columns(VideoInfo info) {
        double ideal = Math.sqrt(info.frames() * ASPECT * info.height() / info.width());
        int best = 1;
        double least = Double.POSITIVE_INFINITY;
        for (int columns = 1; columns <= info.frames(); columns++) {
            int rows = (info.frames() + columns - 1) / columns;
            double empty = (double) (rows * columns - info.frames()) / info.frames();
            double penalty = Math.abs(Math.log(columns / ideal)) + 2 * empty;
            if (penalty < least) {
                least = penalty;
                best = columns;
            }
        }
        return best;
    }

    /** Holds one row of frames at a time. */
    private static final class Sheet implements FrameWriter {
        private final PngStream png;
        private final VideoInfo info;
        private final int columns;
        private final byte[] band;

        Sheet(Path file, VideoInfo info, int columns) throws IOException {
            this.info = info;
            this.columns = columns;
            int rows = (info.frames() + columns - 1) / columns;
            try {
                band = new byte[Math.multiplyExact(info.height(), stride())];
                png = new PngStream(
                        file,
                        Math.multiplyExact(columns, info.width()),
                        Math.multiplyExact(rows, info.height()),
                        PngText.chunk(KEYWORD, Metadata.toJson(info)));
            } catch (ArithmeticException e) {
                throw new IOException("a contact sheet of " + columns + " by " + rows + " frames is too large", e);
            }
        }

        private int stride() {
            return Math.multiplyExact(Math.multiplyExact(columns, info.width()), 3);
        }

        @Override
        public void write(Frame frame) throws IOException {
            int column = frame.index() % columns;
            int width = info.width() * 3;
            ByteBuffer rgb = frame.rgb();
            for (int y = 0; y < info.height(); y++) {
                rgb.get(band, y * stride() + column * width, width);
            }
            if (column == columns - 1) {
                writeBand();
            }
        }

        private void writeBand() throws IOException {
            for (int y = 0; y < info.height(); y++) {
                png.row(band, y * stride(), stride());
            }
            Arrays.fill(band, (byte) 0);
        }

        @Override
        public void finish() throws IOException {
            if (info.frames() % columns != 0) {
                writeBand();
            }
            png.finish();
        }

        @Override
        public void close() throws IOException {
            png.close();
        }
    }
}
