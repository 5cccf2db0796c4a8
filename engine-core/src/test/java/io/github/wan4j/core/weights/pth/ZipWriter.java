package io.github.wan4j.core.weights.pth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes zip archives as torch.save does: entries stored, data at multiples of 64, 64-bit end record. With {@code wide}
 * every size and offset of the directory is in its 64-bit form, as in files beyond 4 GiB. An entry may claim more bytes
 * than are written: the rest stays a hole.
 */
public final class ZipWriter implements AutoCloseable {
    private final FileChannel channel;
    private final boolean wide;
    private final List<ByteBuffer> directory = new ArrayList<>();
    private long end;

    public ZipWriter(Path file, boolean wide) throws IOException {
        channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        this.wide = wide;
    }

    public ZipWriter add(String name, byte[] data) throws IOException {
        return add(name, data, data.length);
    }

    ZipWriter add(String name, byte[] data, long size) throws IOException {
        return add(name, data, size, 0, 0);
    }

    ZipWriter add(String name, byte[] data, long size, int flags, int method) throws IOException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        long header = end;
        int padding = (int) (-(header + 30 + utf8.length + 4) & 63);
        ByteBuffer local = little(30 + utf8.length + 4 + padding);
        local.putInt(ZipStorage.LOCAL_HEADER)
                .putShort((short) 0)
                .putShort((short) flags)
                .putShort((short) method);
        local.putInt(0).putInt(0).putInt(narrow(size)).putInt(narrow(size));
        local.putShort((short) utf8.length).putShort((short) (4 + padding)).put(utf8);
        local.putShort((short) 0x4246).putShort((short) padding);
        channel.write(local.clear(), header);
        long start = header + local.capacity();
        channel.write(ByteBuffer.wrap(data), start);
        end = start + size;
        directory.add(entry(utf8, header, size, flags, method));
        return this;
    }

    private ByteBuffer entry(byte[] utf8, long header, long size, int flags, int method) {
        ByteBuffer entry = little(46 + utf8.length + (wide ? 28 : 0));
        entry.putInt(0x02014b50).putShort((short) 0).putShort((short) 0).putShort((short) flags);
        entry.putShort((short) method).putInt(0).putInt(0).putInt(narrow(size)).putInt(narrow(size));
        entry.putShort((short) utf8.length).putShort((short) (wide ? 28 : 0)).putShort((short) 0);
        entry.putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(narrow(header))
                .put(utf8);
        if (wide) {
            entry.putShort((short) 1)
                    .putShort((short) 24)
                    .putLong(size)
                    .putLong(size)
                    .putLong(header);
        }
        return entry.flip();
    }

    private int narrow(long value) {
        return wide ? -1 : (int) value;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes the directory and the end records. */
    @Override
    public void close() throws IOException {
        try (channel) {
            long start = end;
            for (ByteBuffer entry : directory) {
                end += channel.write(entry, end);
            }
            ByteBuffer tail = little(56 + 20 + 22);
            tail.putInt(0x06064b50)
                    .putLong(44)
                    .putShort((short) 0x1e03)
                    .putShort((short) 45)
                    .putInt(0)
                    .putInt(0);
            tail.putLong(directory.size())
                    .putLong(directory.size())
                    .putLong(end - start)
                    .putLong(start);
            tail.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
            tail.putInt(0x06054b50).putInt(0).putShort((short) directory.size()).putShort((short) directory.size());
            tail.putInt(narrow(end - start)).putInt(narrow(start)).putShort((short) 0);
            channel.write(tail.clear(), end);
        }
    }
}
