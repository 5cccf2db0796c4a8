package io.github.wan4j.cuda.residency;

import static org.bytedeco.cuda.global.cudart.*;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.weights.TensorEntry;
import io.github.wan4j.cuda.launch.Status;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * A file that a device reads by itself: mapped for reading only and registered with the driver, in pieces, each when it is
 * first needed. Registering a private mapping, or one that may be written to, would hang or copy the file.
 */
final class RegisteredFile implements AutoCloseable {
    /** Below the 2 GiB of a buffer, on a multiple of any page. */
    static final long PIECE = 1L << 29;

    /** For tensors of tens of megabytes that lie apart. */
    static final long SMALL_PIECE = 1L << 23;

    private static final int FLAGS = cudaHostRegisterReadOnly | cudaHostRegisterPortable;

    private final Path file;
    private final HostBudget budget;
    private final long piece;
    private final FileChannel channel;
    private final long size;
    private final String identity;
    private final @Nullable MappedByteBuffer[] pieces; // unmapped once collected

    /** {@code piece}: bytes that are registered at once, a multiple of 4096. */
    RegisteredFile(Path file, HostBudget budget, long piece) {
        this.file = file;
        this.budget = budget;
        this.piece = piece;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            size = channel.size();
            identity = identity(file);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
        pieces = new MappedByteBuffer[Math.toIntExact((size + piece - 1) / piece)];
    }

    /** Tells a file from another that took its place. */
    private static String identity(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.fileKey() + " " + attributes.lastModifiedTime();
    }

    /** Whether its path still leads to what was opened, as it was then. */
    boolean isStill() {
        try {
            return identity.equals(identity(file));
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
    }

    int pieces() {
        return pieces.length;
    }

    /**
     * Registers a piece unless it is. False if host memory for it is short.
     *
     * @throws io.github.wan4j.cuda.load.CudaException if the driver refuses
     */
    synchronized boolean register(int index) {
        if (pieces[index] != null) {
            return true;
        }
        long offset = index * piece;
        long bytes = Math.min(piece, size - offset);
        if (!channel.isOpen() || !budget.take(bytes)) {
            return false;
        }
        boolean registered = false;
        try (PointerScope scope = new PointerScope()) {
            MappedByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, offset, bytes);
            Status.runtime(
                    cudaHostRegister(new BytePointer(new Pointer(buffer)), bytes, FLAGS),
                    "cudaHostRegister of " + file);
            pieces[index] = buffer;
            registered = true;
            return true;
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be mapped: " + e, e);
        } finally {
            if (!registered) {
                budget.giveBack(bytes);
            }
        }
    }

    /** Whether all of a tensor's bytes could be registered. */
    boolean registers(TensorEntry entry) {
        requireThere(entry);
        boolean all = true;
        for (long i = entry.offset() / piece; all && i * piece < entry.offset() + entry.bytes(); i++) {
            all = register((int) i);
        }
        return all;
    }

    private void requireThere(TensorEntry entry) {
        long end = entry.offset() + entry.bytes();
        try {
            if (end > channel.size() || end > size) {
                throw CheckpointException.ofTensor(
                        file,
                        entry.name(),
                        "ends at byte " + end + ", but the file, which has changed since it was opened, has "
                                + channel.size());
            }
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
    }

    /** Queues the copies of a tensor's bytes, which must be registered, to an address on the device. */
    synchronized void copy(TensorEntry entry, Pointer target, CUstream_st stream) {
        long end = entry.offset() + entry.bytes();
        for (long at = entry.offset(); at < end; ) {
            int index = (int) (at / piece);
            MappedByteBuffer part = pieces[index];
            if (part == null) {
                throw new IllegalStateException(entry + " of " + file + " is not registered");
            }
            long count = Math.min(end, (index + 1) * piece) - at;
            long within = at - index * piece;
            try (PointerScope scope = new PointerScope()) {
                Pointer source = new BytePointer(new Pointer(part)).getPointer(within);
                Pointer to = new BytePointer(target).getPointer(at - entry.offset());
                Status.runtime(cudaMemcpyAsync(to, source, count, cudaMemcpyHostToDevice, stream), "cudaMemcpyAsync");
            }
            at += count;
        }
    }

    /** Nothing may be reading it any more. */
    @Override
    public synchronized void close() {
        for (int i = 0; i < pieces.length; i++) {
            MappedByteBuffer part = pieces[i];
            if (part == null) {
                continue;
            }
            pieces[i] = null;
            budget.giveBack(part.capacity());
            try (PointerScope scope = new PointerScope()) {
                Status.runtime(cudaHostUnregister(new BytePointer(new Pointer(part))), "cudaHostUnregister of " + file);
            }
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be closed: " + e, e);
        }
    }
}
