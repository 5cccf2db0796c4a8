package io.github.wan4j.models.write;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_INFO;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.av_log_get_level;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** What every call of ffmpeg needs: its errors as exceptions, its strings in UTF-8, its talk off. */
final class Mp4Call {
    /** The operating system's number for "try again", as ffmpeg returns it. */
    static final int AGAIN = Loader.getPlatform().startsWith("macosx") ? -35 : -11;

    private Mp4Call() {}

    /** ffmpeg writes to standard error; it is silenced unless the application has set a level of its own. */
    static void quiet() {
        if (av_log_get_level() == AV_LOG_INFO) {
            av_log_set_level(AV_LOG_QUIET);
        }
    }

    /** Passes a result on, or throws what ffmpeg says about it. */
    static int check(int result, String what) throws IOException {
        if (result < 0) {
            byte[] text = new byte[256];
            av_strerror(result, text, text.length);
            String reason = new String(text, StandardCharsets.UTF_8);
            throw new IOException(what + " failed: " + reason.substring(0, Math.max(0, reason.indexOf('\0'))));
        }
        return result;
    }

    /** Passes a new object on, or says that there is no memory for it. */
    static <T extends Pointer> T notNull(T pointer, String what) throws IOException {
        if (Pointer.isNull(pointer)) {
            throw new IOException(what + " failed");
        }
        return pointer;
    }

    /** The file as ffmpeg names it, whatever colons the path has. */
    static BytePointer url(Path file) {
        return new BytePointer("file:" + file.toAbsolutePath(), StandardCharsets.UTF_8);
    }
}
