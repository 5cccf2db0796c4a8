package io.github.wan4j.models.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Finds the first comment extension of a GIF by walking its blocks. */
final class GifComment {
    private static final int EXTENSION = 0x21;
    private static final int COMMENT = 0xfe;
    private static final int IMAGE = 0x2c;

    private GifComment() {}

    static Optional<String> read(RandomAccessFile in) throws IOException {
        in.seek(10);
        skipColours(in, in.readUnsignedByte());
        in.skipBytes(2);
        while (true) {
            int block = in.read();
            if (block == EXTENSION) {
                if (in.readUnsignedByte() == COMMENT) {
                    return Optional.of(new String(subBlocks(in), StandardCharsets.ISO_8859_1));
                }
                skipSubBlocks(in);
            } else if (block == IMAGE) {
                in.skipBytes(8);
                skipColours(in, in.readUnsignedByte());
                in.skipBytes(1);
                skipSubBlocks(in);
            } else {
                return Optional.empty(); // the trailer, the end of the file, or nothing that GIF knows
            }
        }
    }

    private static void skipColours(RandomAccessFile in, int flags) throws IOException {
        if ((flags & 0x80) != 0) {
            in.skipBytes(3 << ((flags & 7) + 1));
        }
    }

    private static byte[] subBlocks(RandomAccessFile in) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        byte[] block = new byte[255];
        for (int length = in.readUnsignedByte(); length > 0; length = in.readUnsignedByte()) {
            in.readFully(block, 0, length);
            data.write(block, 0, length);
        }
        return data.toByteArray();
    }

    private static void skipSubBlocks(RandomAccessFile in) throws IOException {
        for (int length = in.readUnsignedByte(); length > 0; length = in.readUnsignedByte()) {
            in.skipBytes(length);
        }
    }
}
