package io.github.wan4j.models.write;

import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.WriteOption.Existing;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears whole or not at all: written under another name in the target's folder, moved when it is complete.
 */
public final class AtomicFile implements AutoCloseable {
    private final Path target;
    private final Existing existing;
    private final Path temporary;
    private boolean committed;

    private AtomicFile(Path target, Existing existing, Path temporary) {
        this.target = target;
        this.existing = existing;
        this.temporary = temporary;
    }

    /** Refuses what {@link #create} would refuse, without a trace; tells the folder. */
    public static Path check(Path target, Existing existing) {
        Path absolute = target.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null || Files.isDirectory(absolute)) {
            throw new OutputException("cannot write '" + target + "': it is a folder, name a file in it");
        }
        if (!Files.isDirectory(folder)) {
            throw new OutputException("cannot write '" + target + "': there is no folder '" + folder + "'");
        }
        if (existing == Existing.REFUSE && Files.exists(absolute)) {
            throw exists(target, null);
        }
        return folder;
    }

    /** Creates the temporary file; refuses at once what {@link #commit} would have to refuse. */
    public static AtomicFile create(Path target, Existing existing) {
        Path folder = check(target, existing);
        // a name of its own length: the target's may be as long as the file system allows
        Path temporary = folder.resolve(".wan4j-" + UUID.randomUUID() + ".part");
        try {
            Files.createFile(temporary);
        } catch (IOException e) {
            throw new OutputException(
                    "cannot write '" + target + "': no file can be made in '" + folder + "' (" + e.getMessage() + ")",
                    e);
        }
        return new AtomicFile(target, existing, temporary);
    }

    /** Where to write until {@link #commit}. */
    public Path temporary() {
        return temporary;
    }

    public Path target() {
        return target;
    }

    /** Moves the file into place and tells under which name. */
    public Path commit() {
        if (committed) {
            throw new IllegalStateException("'" + target + "' was moved into place before");
        }
        try {
            Path place = move();
            committed = true;
            return place;
        } catch (FileAlreadyExistsException e) {
            throw exists(target, e);
        } catch (IOException e) {
            throw new OutputException("cannot move the finished file to '" + target + "': " + e.getMessage(), e);
        }
    }

    private Path move() throws IOException {
        if (existing == Existing.OVERWRITE) {
            return Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        }
        for (int copy = 1; ; copy++) {
            Path place = copy == 1 ? target : numbered(target, copy);
            try {
                return Files.move(temporary, place);
            } catch (FileAlreadyExistsException e) {
                if (existing == Existing.REFUSE) {
                    throw e;
                }
            }
        }
    }

    /** {@code x.mp4} becomes {@code x-2.mp4}. */
    static Path numbered(Path file, int copy) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        int end = dot > 0 ? dot : name.length();
        return file.resolveSibling(name.substring(0, end) + "-" + copy + name.substring(end));
    }

    private static OutputException exists(Path target, @Nullable Throwable cause) {
        String message = "'" + target + "' exists already; choose another name or allow overwriting";
        return cause == null ? new OutputException(message) : new OutputException(message, cause);
    }

    /** Discards what was written, unless it was moved into place. */
    @Override
    public void close() {
        if (!committed) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                throw new OutputException(
                        "cannot remove the unfinished file '" + temporary + "': " + e.getMessage(), e);
            }
        }
    }
}
