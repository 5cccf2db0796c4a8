package io.github.wan4j.core.runtime;

import io.github.wan4j.core.PhysicalCores;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the processor is called and which of the instructions that matter here it has. */
final class CpuModel {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final List<String> INSTRUCTIONS = List.of(
            "avx2",
            "fma",
            "f16c",
            "avx512f",
            "avx512_vnni",
            "avx512_bf16",
            "amx_tile",
            "amx_bf16",
            "asimd",
            "bf16",
            "sve");

    private CpuModel() {}

    static DeviceInfo describe() {
        Map<String, String> cpuinfo = read(CPUINFO);
        String architecture = System.getProperty("os.arch", "unknown");
        Map<String, String> details = new LinkedHashMap<>();
        details.put("hardware threads", String.valueOf(Runtime.getRuntime().availableProcessors()));
        String flags = cpuinfo.getOrDefault("flags", cpuinfo.getOrDefault("Features", ""));
        Set<String> has = Set.copyOf(Arrays.asList(flags.split(" +")));
        String instructions = INSTRUCTIONS.stream().filter(has::contains).collect(Collectors.joining(" "));
        if (!instructions.isEmpty()) {
            details.put("instructions", instructions);
        }
        return new DeviceInfo(
                Device.CPU,
                cpuinfo.getOrDefault("model name", System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", architecture)),
                PhysicalCores.available(),
                architecture,
                HostMemory.now().total(),
                details);
    }

    /** The first processor's lines {@code key : value}; empty on systems without the file. */
    static Map<String, String> read(Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    values.putIfAbsent(
                            line.substring(0, colon).trim(),
                            line.substring(colon + 1).trim());
                }
            }
        } catch (IOException e) {
            return Map.of();
        }
        return values;
    }
}
