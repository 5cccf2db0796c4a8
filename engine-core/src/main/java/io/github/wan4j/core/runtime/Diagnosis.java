package io.github.wan4j.core.runtime;

import io.github.wan4j.core.ByteSize;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceProvider;
import io.github.wan4j.core.spi.MemoryStatus;
import io.github.wan4j.core.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What an engine finds on this machine. Plain data; {@link #toString} prints it.
 *
 * @param sections in the order in which they are read
 * @param problems what keeps an engine or a device from working, or makes it slow; empty if nothing does
 */
public record Diagnosis(List<Section> sections, List<String> problems) {
    /** Variables that libtorch, CUDA and NCCL read by themselves. */
    private static final Set<String> PREFIXES =
            Set.of("OMP_", "OPENBLAS_", "MKL_", "CUDA_", "PYTORCH_", "TORCH_", "NCCL_");

    private static final Set<String> VARIABLES = Set.of("LD_LIBRARY_PATH", "JAVA_TOOL_OPTIONS", "VIRTUAL_ENV");

    public Diagnosis {
        sections = List.copyOf(sections);
        problems = List.copyOf(problems);
    }

    /** Facts of one kind, name to value, in order. */
    public record Section(String title, Map<String, String> facts) {}

    /** Looks at everything, loading the natives if nobody has; what fails is a problem in the result. */
    public static Diagnosis of(EngineConfig config) {
        return of(config, Devices.providers(), System.getenv());
    }

    static Diagnosis of(EngineConfig config, List<DeviceProvider> providers, Map<String, String> environment) {
        List<Section> sections = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        sections.add(new Section("java", java()));
        sections.add(new Section("system", system(config)));
        Natives natives = null;
        try {
            natives = Natives.load(providers, config);
            problems.addAll(natives.warnings());
        } catch (EngineStartException e) {
            problems.add(e.getMessage());
        }
        sections.add(new Section("natives", natives(natives)));
        sections.add(new Section("devices", natives == null ? Map.of() : devices(providers)));
        for (DeviceProvider provider : providers) {
            provider.obstacle()
                    .ifPresent(obstacle -> problems.add(
                            provider.type() + ": " + obstacle + "; everything runs on the CPU, far slower"));
            sections.add(new Section(provider.type(), provider.findings()));
        }
        sections.add(new Section("environment", environment(environment, problems)));
        sections.add(new Section("settings", settings(config)));
        sections.removeIf(section -> section.facts().isEmpty());
        return new Diagnosis(sections, problems);
    }

    private static Map<String, String> java() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("version", System.getProperty("java.version") + ", " + System.getProperty("java.vendor"));
        facts.put("machine", System.getProperty("java.vm.name") + ", " + System.getProperty("java.vm.version"));
        facts.put("home", System.getProperty("java.home", ""));
        facts.put("heap", ByteSize.text(Runtime.getRuntime().maxMemory()) + " at most");
        return facts;
    }

    private static Map<String, String> system(EngineConfig config) {
        Map<String, String> facts = new LinkedHashMap<>();
        MemoryStatus memory = HostMemory.now();
        facts.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        facts.put("memory", ByteSize.text(memory.total()) + ", " + ByteSize.text(memory.free()) + " free");
        facts.put("cache", config.cacheDir() + ", " + cache(config.cacheDir()));
        return facts;
    }

    private static String cache(Path folder) {
        if (!Files.exists(folder)) {
            return "will be made";
        }
        return Files.isDirectory(folder) && Files.isWritable(folder) ? "can be written to" : "cannot be written to";
    }

    private static Map<String, String> natives(@Nullable Natives natives) {
        Map<String, String> facts = new LinkedHashMap<>();
        if (natives == null) {
            return facts;
        }
        facts.put("libtorch", Natives.torchVersion() + ", " + natives.folder());
        facts.put("build", (natives.gpu() ? "GPU: " : "CPU: ") + natives.reason());
        facts.put("instructions", torch.get_cpu_capability().getString());
        facts.put("threads", torch.get_num_threads() + " unless an engine says otherwise");
        facts.put(
                "memory checks",
                Pointer.maxPhysicalBytes() == 0 && Pointer.maxBytes() == 0
                        ? "off, which is best"
                        : "maxPhysicalBytes = " + Pointer.maxPhysicalBytes() + ", maxBytes = " + Pointer.maxBytes()
                                + "; 0 is off and best");
        return facts;
    }

    private static Map<String, String> devices(List<DeviceProvider> providers) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (DeviceProvider provider : providers) {
            for (DeviceInfo device : provider.devices()) {
                StringBuilder text = new StringBuilder(device.name());
                boolean cpu = device.device().kind() == Device.Kind.CPU;
                text.append(", ").append(device.units()).append(cpu ? " cores, " : " multiprocessors, ");
                text.append(device.architecture());
                text.append(", ").append(ByteSize.text(device.memoryBytes()));
                device.details()
                        .forEach((name, value) ->
                                text.append(", ").append(name).append(' ').append(value));
                facts.put(device.device().toString(), text.toString());
            }
        }
        return facts;
    }

    private static Map<String, String> environment(Map<String, String> environment, List<String> problems) {
        Map<String, String> facts = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (VARIABLES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith)) {
                facts.put(name, value);
            }
        });
        if ("1".equals(environment.get("CUDA_LAUNCH_BLOCKING"))) {
            problems.add("CUDA_LAUNCH_BLOCKING=1 makes every kernel wait for the one before it: times mean nothing");
        }
        return facts;
    }

    private static Map<String, String> settings(EngineConfig config) {
        Map<String, String> facts = new LinkedHashMap<>();
        config.explain().forEach(entry -> facts.put(entry.name(), entry.value() + " (" + entry.origin() + ")"));
        return facts;
    }

    /** A block of aligned lines per section, the problems last. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Section section : sections) {
            text.append(section.title()).append('\n');
            int width = section.facts().keySet().stream()
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            section.facts()
                    .forEach((name, value) -> text.append("  ")
                            .append(name)
                            .append(" ".repeat(width - name.length() + 2))
                            .append(value)
                            .append('\n'));
        }
        text.append(problems.isEmpty() ? "no problems\n" : "problems\n");
        problems.forEach(problem -> text.append("  ").append(problem).append('\n'));
        return text.toString();
    }
}
