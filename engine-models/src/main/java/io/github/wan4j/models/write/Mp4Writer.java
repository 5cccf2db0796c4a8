package io.github.wan4j.models.write;

import static io.github.wan4j.models.write.Mp4Call.check;
import static io.github.wan4j.models.write.Mp4Call.notNull;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AVCHROMA_LOC_LEFT;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.avutil.av_opt_set;

import io.github.wan4j.video.Frame;
import io.github.wan4j.video.VideoInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/** Encodes frames with ffmpeg's {@code libopenh264} into an MP4, one at a time. */
final class Mp4Writer implements FrameWriter {
    private static final String ENCODER = "libopenh264";
    private static final int SHORTEST_SIDE = 16;
    private static final int SMALL = 256 * 256;

    private final VideoInfo info;
    private final Yuv420 yuv;
    private final AVFormatContext container = new AVFormatContext(null);
    private final AVIOContext file = new AVIOContext(null);
    private @Nullable AVCodecContext encoder;
    private @Nullable AVStream stream;
    private @Nullable AVFrame picture;
    private @Nullable AVPacket packet;

    private Mp4Writer(VideoInfo info) {
        this.info = info;
        yuv = new Yuv420(info.width(), info.height());
    }

    static Mp4Writer open(Path path, VideoInfo info, long bitRate) throws IOException {
        if (Math.min(info.width(), info.height()) < SHORTEST_SIDE) {
            throw new IOException("H.264 has sides of at least " + SHORTEST_SIDE + " pixels, not " + info.width() + "x"
                    + info.height());
        }
        Mp4Call.quiet();
        Mp4Writer writer = new Mp4Writer(info);
        try (PointerScope scope = new PointerScope()) {
            writer.openEncoder(bitRate);
            writer.openContainer(path);
            return writer;
        } catch (IOException | RuntimeException | Error e) {
            writer.close();
            throw e;
        }
    }

    private void openEncoder(long bitRate) throws IOException {
        AVCodec codec = notNull(avcodec_find_encoder_by_name(ENCODER), "finding the encoder " + ENCODER);
        AVCodecContext context = notNull(avcodec_alloc_context3(codec), "allocating the encoder");
        encoder = context;
        context.width(yuv.width);
        context.height(yuv.height);
        context.pix_fmt(AV_PIX_FMT_YUV420P);
        context.color_range(AVCOL_RANGE_MPEG);
        context.color_primaries(AVCOL_PRI_BT709);
        context.color_trc(AVCOL_TRC_BT709);
        context.colorspace(AVCOL_SPC_BT709);
        context.chroma_sample_location(AVCHROMA_LOC_LEFT);
        context.time_base(new AVRational().num(1).den(info.fps()));
        context.framerate(new AVRational().num(info.fps()).den(1));
        context.bit_rate(bitRate);
        context.gop_size(keyFrameEvery(info));
        context.flags(context.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
        check(av_opt_set(context.priv_data(), "profile", "high", 0), "choosing the profile");
        check(avcodec_open2(context, codec, new AVDictionary(null)), "opening the encoder " + ENCODER);

        AVFrame frame = notNull(av_frame_alloc(), "allocating a frame");
        picture = frame;
        frame.format(AV_PIX_FMT_YUV420P);
        frame.width(yuv.width);
        frame.height(yuv.height);
        check(av_frame_get_buffer(frame, 0), "allocating a frame");
        packet = notNull(av_packet_alloc(), "allocating a packet");
    }

    /**
     * The encoder copies what it takes for background, and with it the pixels that a moving edge left behind there, until
     * the next key frame. In small pictures, where that shows, every frame is one; elsewhere one a second.
     */
    private static int keyFrameEvery(VideoInfo info) {
        return info.width() * info.height() <= SMALL ? 1 : info.fps();
    }

    private void openContainer(Path path) throws IOException {
        AVCodecContext context = opened(encoder);
        check(
                avformat_alloc_output_context2(container, null, new BytePointer("mp4"), Mp4Call.url(path)),
                "allocating the container");
        AVStream video = notNull(avformat_new_stream(container, null), "adding a stream");
        stream = video;
        check(avcodec_parameters_from_context(video.codecpar(), context), "describing the stream");
        video.time_base(context.time_base());
        video.avg_frame_rate(context.framerate());
        AVDictionary tags = new AVDictionary(null);
        check(av_dict_set(tags, "comment", Metadata.toJson(info), 0), "adding the settings");
        container.metadata(tags); // now freed with the container
        check(avio_open(file, Mp4Call.url(path), AVIO_FLAG_WRITE), "opening the file");
        container.pb(file);
        AVDictionary options = new AVDictionary(null);
        try {
            check(av_dict_set(options, "movflags", "+faststart", 0), "asking for the index in front");
            check(avformat_write_header(container, options), "writing the header");
        } finally {
            av_dict_free(options);
        }
    }

    @Override
    public void write(Frame frame) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            AVFrame target = opened(picture);
            check(av_frame_make_writable(target), "allocating a frame");
            yuv.fromRgb(frame.rgb(), frame.width(), frame.height());
            copy(yuv.y, yuv.width, target, 0);
            copy(yuv.cb, yuv.width / 2, target, 1);
            copy(yuv.cr, yuv.width / 2, target, 2);
            target.pts(frame.index());
            encode(target);
        }
    }

    private static void copy(byte[] plane, int width, AVFrame target, int index) {
        int stride = target.linesize(index);
        int rows = plane.length / width;
        ByteBuffer bytes = target.data(index).capacity((long) stride * rows).asByteBuffer();
        for (int row = 0; row < rows; row++) {
            bytes.put(row * stride, plane, row * width, width);
        }
    }

    /** Hands one frame to the encoder, or with null asks for what it still holds, and writes what comes out. */
    private void encode(@Nullable AVFrame frame) throws IOException {
        AVCodecContext context = opened(encoder);
        AVPacket encoded = opened(packet);
        AVStream video = opened(stream);
        check(avcodec_send_frame(context, frame), "encoding");
        while (true) {
            int result = avcodec_receive_packet(context, encoded);
            if (result == Mp4Call.AGAIN || result == AVERROR_EOF) {
                return;
            }
            check(result, "encoding");
            encoded.duration(1);
            encoded.stream_index(video.index());
            av_packet_rescale_ts(encoded, context.time_base(), video.time_base());
            check(av_interleaved_write_frame(container, encoded), "writing a frame");
        }
    }

    @Override
    public void finish() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            encode(null);
            check(av_write_trailer(container), "writing the index");
            check(avio_closep(file), "closing the file");
        }
    }

    private static <T> T opened(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the MP4 is closed");
        }
        return part;
    }

    @Override
    public void close() {
        if (!file.isNull()) {
            avio_closep(file); // a file without its index is discarded, so its last error says nothing
        }
        if (encoder != null) {
            avcodec_free_context(encoder);
            encoder = null;
        }
        if (picture != null) {
            av_frame_free(picture);
            picture = null;
        }
        if (packet != null) {
            av_packet_free(packet);
            packet = null;
        }
        stream = null;
        if (!container.isNull()) {
            avformat_free_context(container);
            container.setNull();
        }
    }
}
