package io.github.wan4j.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Counts cores rather than hardware threads: two threads of one core share the units that matrix products need. */
public final class PhysicalCores {
    private PhysicalCores() {}

    /** What this process may use: its affinity and its container's limit count. At least 1. */
    public static int available() {
        int processors = Runtime.getRuntime().availableProcessors();
        int cores = count(Path.of("/proc/self/status"), Path.of("/sys/devices/system/cpu"));
        return cores == 0 ? processors : Math.min(cores, processors);
    }

    /** Distinct cores among the processors that Linux lets the process run on; 0 where it does not tell. */
    static int count(Path status, Path cpus) {
        try {
            Set<String> cores = new HashSet<>();
            for (int cpu : allowed(Files.readAllLines(status))) {
                Path topology = cpus.resolve("cpu" + cpu).resolve("topology");
                cores.add(Files.readString(topology.resolve("physical_package_id"))
                                .trim() + ":"
                        + Files.readString(topology.resolve("core_id")).trim());
            }
            return cores.size();
        } catch (IOException | NumberFormatException e) {
            return 0; // another system, or a container that hides it
        }
    }

    /** The line {@code Cpus_allowed_list: 0-3,8}. */
    private static Set<Integer> allowed(List<String> status) {
        Set<Integer> cpus = new HashSet<>();
        for (String line : status) {
            if (line.startsWith("Cpus_allowed_list:")) {
                for (String range : line.substring(line.indexOf(':') + 1).trim().split(",", -1)) {
                    String[] ends = range.split("-", -1);
                    for (int cpu = Integer.parseInt(ends[0]); cpu <= Integer.parseInt(ends[ends.length - 1]); cpu++) {
                        cpus.add(cpu);
                    }
                }
            }
        }
        return cpus;
    }
}
