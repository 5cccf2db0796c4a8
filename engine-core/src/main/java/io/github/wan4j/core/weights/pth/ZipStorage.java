package io.github.wan4j.core.weights.pth;

import io.github.wan4j.core.CheckpointException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of contents of a zip archive whose entries are stored as they are, so that each is an extent of the file.
 * Read from the end: end record (and its 64-bit form), central directory, then the local header of every entry, whose
 * length alone says where the entry's data begin.
 */
final class ZipStorage {
    static final int LOCAL_HEADER = 0x04034b50;
    private static final int DIRECTORY_ENTRY = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int EXTRA_64 = 1;
    private static final long U32 = 0xffffffffL;
    private static final int MAX_DIRECTORY = 64 << 20;

    /** Where an entry's data lie in the file. */
    record Extent(long offset, long bytes) {}

    private record Entry(String name, long header, long bytes) {}

    private record Directory(long offset, long bytes, long count) {}

    private final Path file;
    private final FileChannel channel;
    private final long size;

    private ZipStorage(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.size = channel.size();
    }

    /** Every entry by name. No two overlap, and all lie within the file. */
    static Map<String, Extent> read(Path file, FileChannel channel) throws IOException {
        return new ZipStorage(file, channel).extents();
    }

    private Map<String, Extent> extents() throws IOException {
        Directory directory = directory();
        Map<String, Extent> extents = new LinkedHashMap<>();
        List<Entry> entries = entries(directory);
        entries.sort(Comparator.comparingLong(Entry::header));
        long end = 0;
        for (Entry entry : entries) {
            if (entry.header < end) {
                throw damaged("entry '" + entry.name + "' overlaps the one before it");
            }
            Extent extent = extent(entry, directory.offset);
            if (extents.put(entry.name, extent) != null) {
                throw damaged("entry '" + entry.name + "' appears twice");
            }
            end = extent.offset + extent.bytes;
        }
        return extents;
    }

    private Directory directory() throws IOException {
        int length = (int) Math.min(size, 22 + 0xffff); // the record and its comment
        ByteBuffer tail = read(size - length, length);
        for (int i = length - 22; i >= 0; i--) {
            if (tail.getInt(i) == END && Short.toUnsignedInt(tail.getShort(i + 20)) == length - 22 - i) {
                tail.position(i + 10);
                long count = Short.toUnsignedLong(tail.getShort());
                long bytes = Integer.toUnsignedLong(tail.getInt());
                long offset = Integer.toUnsignedLong(tail.getInt());
                long end = size - length + i;
                Directory found = directory64(end);
                return checked(found == null ? new Directory(offset, bytes, count) : found, end);
            }
        }
        throw damaged("it has no central directory, so it is truncated");
    }

    /** The directory of the 64-bit end record, which also stands before {@code end} when it need not. */
    private @Nullable Directory directory64(long end) throws IOException {
        if (end < 20) {
            return null;
        }
        ByteBuffer locator = read(end - 20, 20);
        if (locator.getInt(0) != LOCATOR_64) {
            return null;
        }
        long position = locator.getLong(8);
        if (position < 0 || position > end - 20 - 56) {
            throw damaged("its 64-bit end record would lie at byte " + position);
        }
        ByteBuffer record = read(position, 56);
        if (record.getInt(0) != END_64) {
            throw damaged("it has no 64-bit end record at byte " + position);
        }
        return new Directory(record.getLong(48), record.getLong(40), record.getLong(32));
    }

    private Directory checked(Directory directory, long end) {
        if (directory.offset < 0 || directory.bytes < 0 || directory.bytes > end - directory.offset) {
            throw damaged("its central directory would lie at byte " + directory.offset + ", " + directory.bytes
                    + " bytes long");
        }
        if (directory.bytes > MAX_DIRECTORY) {
            throw damaged("its central directory of " + directory.bytes + " bytes is absurdly long");
        }
        return directory;
    }

    private List<Entry> entries(Directory directory) throws IOException {
        ByteBuffer buffer = read(directory.offset, (int) directory.bytes);
        List<Entry> entries = new ArrayList<>();
        while (buffer.hasRemaining()) {
            entries.add(entry(buffer));
        }
        if (entries.size() != directory.count) {
            throw damaged("its central directory has " + entries.size() + " entries and announces "
                    + Long.toUnsignedString(directory.count));
        }
        return entries;
    }

    private Entry entry(ByteBuffer buffer) {
        int start = buffer.position();
        if (buffer.remaining() < 46 || buffer.getInt(start) != DIRECTORY_ENTRY) {
            throw damaged("its central directory is broken at byte " + start);
        }
        int flags = buffer.getShort(start + 8);
        int method = Short.toUnsignedInt(buffer.getShort(start + 10));
        long stored = Integer.toUnsignedLong(buffer.getInt(start + 20));
        long bytes = Integer.toUnsignedLong(buffer.getInt(start + 24));
        int nameLength = Short.toUnsignedInt(buffer.getShort(start + 28));
        int extraLength = Short.toUnsignedInt(buffer.getShort(start + 30));
        int commentLength = Short.toUnsignedInt(buffer.getShort(start + 32));
        long header = Integer.toUnsignedLong(buffer.getInt(start + 42));
        if (buffer.remaining() - 46 < nameLength + extraLength + commentLength) {
            throw damaged("its central directory is broken at byte " + start);
        }
        String name = text(buffer, start + 46, nameLength);
        ByteBuffer extra = buffer.slice(start + 46 + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN);
        // only the fields that did not fit into 32 bits are in the 64-bit extra, in this order
        if (bytes == U32 || stored == U32 || header == U32) {
            ByteBuffer wide = wide(extra, name);
            bytes = bytes == U32 ? next(wide, name) : bytes;
            stored = stored == U32 ? next(wide, name) : stored;
            header = header == U32 ? next(wide, name) : header;
        }
        if ((flags & 1) != 0 || method != 0 || stored != bytes) {
            throw damaged("entry '" + name + "' is compressed or encrypted; PyTorch stores its entries as they are");
        }
        buffer.position(start + 46 + nameLength + extraLength + commentLength);
        return new Entry(name, header, bytes);
    }

    private ByteBuffer wide(ByteBuffer extra, String name) {
        while (extra.remaining() >= 4) {
            int id = Short.toUnsignedInt(extra.getShort());
            int length = Short.toUnsignedInt(extra.getShort());
            if (length > extra.remaining()) {
                break;
            }
            if (id == EXTRA_64) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        throw damaged("entry '" + name + "' lacks its 64-bit sizes");
    }

    private long next(ByteBuffer wide, String name) {
        if (wide.remaining() < 8) {
            throw damaged("entry '" + name + "' lacks its 64-bit sizes");
        }
        return wide.getLong();
    }

    /** The data begin behind the local header, whose name and padding have lengths of their own. */
    private Extent extent(Entry entry, long limit) throws IOException {
        if (entry.header < 0 || entry.header > limit - 30) {
            throw damaged("entry '" + entry.name + "' would begin at byte " + entry.header);
        }
        ByteBuffer header = read(entry.header, 30);
        if (header.getInt(0) != LOCAL_HEADER) {
            throw damaged("entry '" + entry.name + "' has no local header at byte " + entry.header);
        }
        long offset =
                entry.header + 30 + Short.toUnsignedInt(header.getShort(26)) + Short.toUnsignedInt(header.getShort(28));
        if (entry.bytes < 0 || offset > limit || entry.bytes > limit - offset) {
            throw damaged("entry '" + entry.name + "' of " + Long.toUnsignedString(entry.bytes)
                    + " bytes does not fit into the file");
        }
        return new Extent(offset, entry.bytes);
    }

    private ByteBuffer read(long position, int length) throws IOException {
        return read(channel, new Extent(position, length));
    }

    /** The bytes of an extent that is known to lie within the file. */
    static ByteBuffer read(FileChannel channel, Extent extent) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(extent.bytes)).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, extent.offset + buffer.position()) < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    static String text(ByteBuffer buffer, int start, int length) {
        return StandardCharsets.UTF_8.decode(buffer.slice(start, length)).toString();
    }

    private CheckpointException damaged(String problem) {
        return CheckpointException.of(file, "the zip archive is damaged: " + problem);
    }

    /** The one folder at the top in which everything lies, found by its {@code data.pkl}. */
    static @Nullable String root(Set<String> names) {
        List<String> roots = names.stream()
                .filter(name -> name.endsWith("/data.pkl") && name.indexOf('/') == name.length() - 9)
                .map(name -> name.substring(0, name.length() - 8))
                .toList();
        return roots.size() == 1 ? roots.get(0) : null;
    }
}
