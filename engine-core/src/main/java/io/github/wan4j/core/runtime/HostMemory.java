package io.github.wan4j.core.runtime;

import io.github.wan4j.core.spi.MemoryStatus;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** This machine's memory within the limits of the container, if there is one. */
public final class HostMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MEMINFO = Path.of("/proc/meminfo");

    private HostMemory() {}

    /** Used and peak are resident bytes of this process. */
    public static MemoryStatus now() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long total = system.getTotalMemorySize();
        long free = system.getFreeMemorySize();
        OptionalLong available = kilobytes(MEMINFO, "MemAvailable");
        OptionalLong machine = kilobytes(MEMINFO, "MemTotal");
        if (available.isPresent() && machine.isPresent() && machine.getAsLong() == total) {
            free = available.getAsLong(); // no container's limit: what the page cache holds can be had
        }
        return new MemoryStatus(total, free, kilobytes(STATUS, "VmRSS"), kilobytes(STATUS, "VmHWM"));
    }

    /** The bytes behind a line such as {@code VmHWM:    1234 kB}; empty on systems without such files. */
    static OptionalLong kilobytes(Path file, String key) {
        try {
            return read(Files.readAllLines(file), key);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong read(List<String> lines, String key) {
        for (String line : lines) {
            if (line.startsWith(key + ":") && line.endsWith(" kB")) {
                String number = line.substring(key.length() + 1, line.length() - " kB".length());
                return OptionalLong.of(Long.parseLong(number.trim()) * 1024);
            }
        }
        return OptionalLong.empty();
    }
}
