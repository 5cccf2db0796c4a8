package io.github.wan4j.cuda.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The files that the system's linker has mapped into this process: it does not tell in which folder it found them. */
final class LoadedLibraries {
    private static final Path MAPS = Path.of("/proc/self/maps");

    private LoadedLibraries() {}

    /** The file behind a name such as {@code libcuda.so.1}, which may bear a longer version; empty if none is mapped. */
    static Optional<Path> find(String name) {
        return Files.isReadable(MAPS) ? find(name, MAPS) : Optional.empty();
    }

    static Optional<Path> find(String name, Path maps) {
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.indexOf('/') >= 0)
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .filter(file -> isNamed(name, String.valueOf(file.getFileName())))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty(); // nothing but a report asks
        }
    }

    private static boolean isNamed(String name, String file) {
        String stem = name.substring(0, name.indexOf(".so") + ".so".length());
        return file.equals(stem) || file.startsWith(stem + ".");
    }
}
