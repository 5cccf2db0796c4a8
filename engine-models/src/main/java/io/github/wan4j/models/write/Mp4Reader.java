package io.github.wan4j.models.write;

import static io.github.wan4j.models.write.Mp4Call.check;
import static io.github.wan4j.models.write.Mp4Call.notNull;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import io.github.wan4j.video.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/** Decodes the frames of an MP4 that {@link Mp4} wrote, one at a time. */
public final class Mp4Reader implements AutoCloseable {
    private final AVFormatContext container = new AVFormatContext(null);
    private @Nullable AVCodecContext decoder;
    private @Nullable AVFrame picture;
    private @Nullable AVPacket packet;
    private int stream;
    private double fps;
    private int width;
    private int height;
    private int next;
    private boolean drained;

    private Mp4Reader() {}

    public static Mp4Reader open(Path file) throws IOException {
        Mp4Call.quiet();
        Mp4Reader reader = new Mp4Reader();
        try (PointerScope scope = new PointerScope()) {
            reader.openStream(file);
            return reader;
        } catch (IOException | RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    private void openStream(Path file) throws IOException {
        check(avformat_open_input(container, Mp4Call.url(file), null, new AVDictionary(null)), "opening the file");
        check(avformat_find_stream_info(container, (PointerPointer<?>) null), "reading the header");
        stream = check(
                av_find_best_stream(container, AVMEDIA_TYPE_VIDEO, -1, -1, (PointerPointer<?>) null, 0),
                "finding pictures");
        AVStream video = container.streams(stream);
        fps = (double) video.avg_frame_rate().num() / video.avg_frame_rate().den();
        width = video.codecpar().width();
        height = video.codecpar().height();
        AVCodec codec = notNull(avcodec_find_decoder(video.codecpar().codec_id()), "finding a decoder");
        AVCodecContext context = notNull(avcodec_alloc_context3(codec), "allocating the decoder");
        decoder = context;
        check(avcodec_parameters_to_context(context, video.codecpar()), "setting up the decoder");
        check(avcodec_open2(context, codec, new AVDictionary(null)), "opening the decoder");
        picture = notNull(av_frame_alloc(), "allocating a frame");
        packet = notNull(av_packet_alloc(), "allocating a packet");
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public double fps() {
        return fps;
    }

    /** The next frame, null after the last. */
    public @Nullable Frame next() throws IOException {
        if (decoder == null || picture == null) {
            throw new IllegalStateException("the MP4 is closed");
        }
        try (PointerScope scope = new PointerScope()) {
            while (true) {
                int result = avcodec_receive_frame(decoder, picture);
                if (result == AVERROR_EOF) {
                    return null;
                }
                if (result != Mp4Call.AGAIN) {
                    check(result, "decoding");
                    return toFrame(picture);
                }
                feed(decoder);
            }
        }
    }

    /** Hands the decoder one more packet of the stream, or tells it that there is none. */
    private void feed(AVCodecContext context) throws IOException {
        AVPacket encoded = packet;
        while (!drained) {
            int result = av_read_frame(container, encoded);
            if (result == AVERROR_EOF) {
                drained = true;
                check(avcodec_send_packet(context, null), "decoding");
                return;
            }
            check(result, "reading");
            try {
                if (encoded != null && encoded.stream_index() == stream) {
                    check(avcodec_send_packet(context, encoded), "decoding");
                    return;
                }
            } finally {
                av_packet_unref(encoded);
            }
        }
    }

    private Frame toFrame(AVFrame decoded) throws IOException {
        if (decoded.format() != AV_PIX_FMT_YUV420P || (width & 1) != 0 || (height & 1) != 0) {
            throw new IOException("only 8 bit 4:2:0 pictures of even size are read");
        }
        Yuv420 yuv = new Yuv420(width, height);
        copy(decoded, 0, yuv.y, width);
        copy(decoded, 1, yuv.cb, width / 2);
        copy(decoded, 2, yuv.cr, width / 2);
        return Frame.of(next++, width, height, yuv.toRgb());
    }

    private static void copy(AVFrame source, int index, byte[] plane, int width) {
        int stride = source.linesize(index);
        int rows = plane.length / width;
        ByteBuffer bytes = source.data(index).capacity((long) stride * rows).asByteBuffer();
        for (int row = 0; row < rows; row++) {
            bytes.get(row * stride, plane, row * width, width);
        }
    }

    @Override
    public void close() {
        if (decoder != null) {
            avcodec_free_context(decoder);
            decoder = null;
        }
        if (picture != null) {
            av_frame_free(picture);
            picture = null;
        }
        if (packet != null) {
            av_packet_free(packet);
            packet = null;
        }
        if (!container.isNull()) {
            avformat_close_input(container);
        }
    }
}
