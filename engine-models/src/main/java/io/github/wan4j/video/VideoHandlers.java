package io.github.wan4j.video;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The handlers that come with the engine. */
public final class VideoHandlers {
    private VideoHandlers() {}

    /** Keeps all frames: the default. */
    public static VideoHandler<Video> inMemory() {
        return info -> {
            List<Frame> frames = new ArrayList<>();
            return sink(frames::add, report -> Video.of(info, frames, report));
        };
    }

    /** Hands each frame on as soon as it is decoded and keeps none. */
    public static VideoHandler<@Nullable Void> frames(Consumer<Frame> consumer) {
        return info -> sink(consumer, report -> null);
    }

    /** Drops every frame, for measurements. */
    public static VideoHandler<@Nullable Void> discard() {
        return frames(frame -> {});
    }

    /** H.264 in MP4, which needs the artifact {@code org.bytedeco:ffmpeg} with its natives. */
    public static VideoHandler<Path> mp4(Path file, WriteOption... options) {
        return file("mp4", file, options);
    }

    /** An animated GIF that loops for ever. */
    public static VideoHandler<Path> gif(Path file, WriteOption... options) {
        return file("gif", file, options);
    }

    /** All frames in a grid, as one PNG. */
    public static VideoHandler<Path> contactSheet(Path file, WriteOption... options) {
        return file("png", file, options);
    }

    /** The format that the file's ending names: {@code .mp4}, {@code .gif} or {@code .png}. */
    public static VideoHandler<Path> file(Path file, WriteOption... options) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        return file(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT), file, options);
    }

    private static VideoHandler<Path> file(String extension, Path file, WriteOption... options) {
        WriteOptions all = WriteOptions.of(options);
        List<VideoFormat> formats = formats();
        for (VideoFormat format : formats) {
            if (format.extension().equals(extension)) {
                return info -> format.begin(file, info, all);
            }
        }
        List<String> known =
                formats.stream().map(VideoFormat::extension).sorted().toList();
        throw new InvalidRequestException(
                "no video can be written as '" + file + "', let it end in ." + String.join(", .", known));
    }

    private static List<VideoFormat> formats() {
        return ServiceLoader.load(VideoFormat.class, VideoFormat.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static <T extends @Nullable Object> FrameSink<T> sink(
            Consumer<Frame> frames, Function<RunReport, T> finish) {
        return new FrameSink<>() {
            @Override
            public void frame(Frame frame) {
                frames.accept(frame);
            }

            @Override
            public T finish(RunReport report) {
                return finish.apply(report);
            }

            @Override
            public void close() {}
        };
    }
}
