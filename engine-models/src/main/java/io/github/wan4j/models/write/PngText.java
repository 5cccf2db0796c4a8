package io.github.wan4j.models.write;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads and makes the iTXt chunks of a PNG, which hold UTF-8 under a keyword. */
final class PngText {
    private static final int SIGNATURE = 8;

    private PngText() {}

    /** The chunk's data: keyword, not compressed, no language, no translated keyword, text. */
    static byte[] chunk(String keyword, String text) {
        return (keyword + "\0\0\0\0\0" + text).getBytes(StandardCharsets.UTF_8);
    }

    /** The text under a keyword, if it is there and not compressed. */
    static Optional<String> read(RandomAccessFile in, String keyword) throws IOException {
        byte[] head = chunk(keyword, "");
        for (long at = SIGNATURE; at + 12 <= in.length(); ) {
            in.seek(at);
            long length = in.readInt() & 0xffff_ffffL;
            byte[] type = new byte[4];
            in.readFully(type);
            if (at + 12 + length > in.length()) {
                return Optional.empty();
            }
            if (new String(type, StandardCharsets.ISO_8859_1).equals("iTXt") && length >= head.length) {
                byte[] data = new byte[Math.toIntExact(length)];
                in.readFully(data);
                String text = new String(data, StandardCharsets.UTF_8);
                if (text.startsWith(new String(head, StandardCharsets.UTF_8))) {
                    return Optional.of(text.substring(head.length));
                }
            }
            at += 12 + length;
        }
        return Optional.empty();
    }
}
