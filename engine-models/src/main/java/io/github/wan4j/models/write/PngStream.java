package io.github.wan4j.models.write;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes a PNG of 8 bits a channel row by row, for pictures too large to be held as one image. */
final class PngStream implements Closeable {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int TRUE_COLOUR = 2;
    private static final int FILTER_UP = 2;
    private static final int COMPRESSION = 5;

    private final DataOutputStream out;
    private final Deflater deflater = new Deflater(COMPRESSION);
    private final OutputStream pixels;
    private final byte[] above;
    private final byte[] line;

    /** Writes everything before the pixels: the header and one iTXt chunk. */
    PngStream(Path file, int width, int height, byte[] text) throws IOException {
        above = new byte[Math.multiplyExact(width, 3)];
        line = new byte[above.length + 1];
        out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
        pixels = new BufferedOutputStream(new DeflaterOutputStream(new Chunks(), deflater, 1 << 16), 1 << 16);
        try {
            out.write(SIGNATURE);
            ByteArrayOutputStream header = new ByteArrayOutputStream();
            DataOutputStream fields = new DataOutputStream(header);
            fields.writeInt(width);
            fields.writeInt(height);
            fields.write(new byte[] {8, TRUE_COLOUR, 0, 0, 0});
            chunk("IHDR", header.toByteArray(), header.size());
            chunk("iTXt", text, text.length);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** The next row, as differences to the one above. */
    void row(byte[] rgb, int offset, int length) throws IOException {
        line[0] = FILTER_UP;
        for (int i = 0; i < length; i++) {
            line[i + 1] = (byte) (rgb[offset + i] - above[i]);
        }
        System.arraycopy(rgb, offset, above, 0, length);
        pixels.write(line);
    }

    void finish() throws IOException {
        pixels.close();
        chunk("IEND", new byte[0], 0);
        out.flush();
    }

    private void chunk(String type, byte[] data, int length) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data, 0, length);
        out.writeInt(length);
        out.write(name);
        out.write(data, 0, length);
        out.writeInt((int) crc.getValue());
    }

    @Override
    public void close() throws IOException {
        deflater.end();
        out.close();
    }

    /** Makes an IDAT chunk of every piece of compressed pixels. */
    private final class Chunks extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] data, int offset, int length) throws IOException {
            chunk("IDAT", offset == 0 ? data : Arrays.copyOfRange(data, offset, offset + length), length);
        }
    }
}
