package io.github.wan4j.models.write;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the tag {@code comment} of an MP4: moov, udta, meta, ilst, ©cmt, data. */
final class Mp4Comment {
    private static final String[] PATH = {"moov", "udta", "meta", "ilst", "\u00a9cmt", "data"};

    private Mp4Comment() {}

    static Optional<String> read(RandomAccessFile in) throws IOException {
        long begin = 0;
        long end = in.length();
        for (String name : PATH) {
            Box box = find(in, name, begin, end);
            if (box == null) {
                return Optional.empty();
            }
            // meta holds version and flags before its boxes, data its type and locale before the text
            begin = box.begin() + (name.equals("meta") ? 4 : name.equals("data") ? 8 : 0);
            end = box.end();
        }
        if (begin > end) {
            return Optional.empty();
        }
        byte[] text = new byte[Math.toIntExact(end - begin)];
        in.seek(begin);
        in.readFully(text);
        return Optional.of(new String(text, StandardCharsets.UTF_8));
    }

    /** The first box of a name between two offsets; null if there is none or the boxes make no sense. */
    private static @Nullable Box find(RandomAccessFile in, String name, long begin, long end) throws IOException {
        for (long at = begin; at + 8 <= end; ) {
            in.seek(at);
            long size = in.readInt() & 0xffff_ffffL;
            byte[] type = new byte[4];
            in.readFully(type);
            int head = 8;
            if (size == 1 && at + 16 <= end) {
                size = in.readLong();
                head = 16;
            } else if (size == 0) {
                size = end - at;
            }
            if (size < head || size > end - at) {
                return null;
            }
            if (new String(type, StandardCharsets.ISO_8859_1).equals(name)) {
                return new Box(at + head, at + size);
            }
            at += size;
        }
        return null;
    }

    private record Box(long begin, long end) {}
}
