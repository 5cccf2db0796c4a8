package io.github.wan4j.core;

import io.github.wan4j.core.tensor.Device;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What one engine is set up with. Immutable.
 *
 * <p>A setting comes from the builder, else from the system property {@code wan4j.cpuThreads}, else from the variable
 * {@code WAN4J_CPU_THREADS}, else it has its default; {@link #explain} says which. A name of either family that no
 * setting has is an error. Settings that only a GPU honours are checked here and ignored by the CPU.
 */
public final class EngineConfig {
    private final Map<String, String> chosen;
    private final ConfigSource source;
    private final List<Entry> entries = new ArrayList<>();

    private final List<Device> devices;
    private final int cpuThreads;
    private final Path cacheDir;
    private final Optional<Precision> precision;
    private final boolean tf32;
    private final AttentionBackend attention;
    private final KernelSet kernels;
    private final ProductBackend products;
    private final GraphUse graphs;
    private final BranchSharing shareBranches;
    private final Residency residency;
    private final TextEncoderPlace textEncoder;
    private final OptionalInt vaeChunk;
    private final Optional<VaeTile> vaeTile;
    private final OptionalLong vramLimit;
    private final long reserveVram;
    private final Optional<Parallelism> parallel;
    private final Optional<Path> calibration;
    private final List<Path> cudaLibraries;

    private EngineConfig(Map<String, String> chosen, ConfigSource source) {
        this.chosen = Map.copyOf(chosen);
        this.source = source;
        List<String> problems = unknownNames(chosen, source);
        devices = resolve(Settings.DEVICES, problems);
        cpuThreads = resolve(Settings.CPU_THREADS, problems);
        cacheDir = resolve(Settings.CACHE_DIR, problems);
        precision = resolve(Settings.PRECISION, problems);
        tf32 = resolve(Settings.TF32, problems);
        attention = resolve(Settings.ATTENTION, problems);
        kernels = resolve(Settings.KERNELS, problems);
        products = resolve(Settings.PRODUCTS, problems);
        graphs = resolve(Settings.GRAPHS, problems);
        shareBranches = resolve(Settings.SHARE_BRANCHES, problems);
        residency = resolve(Settings.RESIDENCY, problems);
        textEncoder = resolve(Settings.TEXT_ENCODER, problems);
        vaeChunk = resolve(Settings.VAE_CHUNK, problems);
        vaeTile = resolve(Settings.VAE_TILE, problems);
        vramLimit = resolve(Settings.VRAM_LIMIT, problems);
        reserveVram = resolve(Settings.RESERVE_VRAM, problems);
        parallel = resolve(Settings.PARALLEL, problems);
        calibration = resolve(Settings.CALIBRATION, problems);
        cudaLibraries = resolve(Settings.CUDA_LIBRARIES, problems);
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
    }

    private <T> T resolve(Setting<T> setting, List<String> problems) {
        Setting.Resolved<T> resolved = setting.resolve(chosen, source, problems);
        entries.add(new Entry(setting.name(), setting.print().apply(resolved.value()), resolved.origin()));
        return resolved.value();
    }

    /** Properties, variables and defaults only. */
    public static EngineConfig fromEnvironment() {
        return builder().build();
    }

    /** Starts from properties, variables and defaults. */
    public static Builder builder() {
        return builder(ConfigSource.system());
    }

    /** The same with properties and variables other than this process's. */
    public static Builder builder(ConfigSource source) {
        return new Builder(Map.of(), source);
    }

    /** The same choices, to change some. */
    public Builder toBuilder() {
        return new Builder(chosen, source);
    }

    /** The devices to run on; empty: the first GPU that can be used, else the CPU. Setting {@code devices}. */
    public List<Device> devices() {
        return devices;
    }

    /** How many threads libtorch takes for one operation on the CPU. By default one per physical core. */
    public int cpuThreads() {
        return cpuThreads;
    }

    /** The folder for unpacked models, compiled kernels and measurements; absolute, perhaps not there yet. */
    public Path cacheDir() {
        return cacheDir;
    }

    /** The precision asked for; empty: the device's own. */
    public Optional<Precision> precision() {
        return precision;
    }

    /** The precision asked for, else the device's own: fp32 on a CPU, which has no fp8 either, bf16 on a GPU. */
    public Precision precision(Device device) {
        boolean cpu = device.kind() == Device.Kind.CPU;
        Precision own = cpu ? Precision.FP32 : Precision.BF16;
        return precision.filter(asked -> !cpu || asked != Precision.FP8).orElse(own);
    }

    /** Whether what is fp32 on a GPU may run as TF32; off by default. */
    public boolean tf32() {
        return tf32;
    }

    /** The attention kernel of a GPU. */
    public AttentionBackend attention() {
        return attention;
    }

    /** Fused kernels, or the plain ones as a control. */
    public KernelSet kernels() {
        return kernels;
    }

    /** Who computes a GPU's matrix products. */
    public ProductBackend products() {
        return products;
    }

    /** CUDA graphs. */
    public GraphUse graphs() {
        return graphs;
    }

    /** Whether what both branches of guidance have in common is computed once. */
    public BranchSharing shareBranches() {
        return shareBranches;
    }

    /** Where weights live. */
    public Residency residency() {
        return residency;
    }

    /** Where the text encoder runs. */
    public TextEncoderPlace textEncoder() {
        return textEncoder;
    }

    /** Latent frames that a VAE decodes at once; empty: by the memory that is free. */
    public OptionalInt vaeChunk() {
        return vaeChunk;
    }

    /** The tiles of a VAE; empty: none unless a frame does not fit. */
    public Optional<VaeTile> vaeTile() {
        return vaeTile;
    }

    /** The most device memory that the engine takes, in bytes; empty: all. */
    public OptionalLong vramLimit() {
        return vramLimit;
    }

    /** Device memory to leave to others, in bytes; 0 by default. */
    public long reserveVram() {
        return reserveVram;
    }

    /** How several GPUs share the work; empty: by the plan. */
    public Optional<Parallelism> parallel() {
        return parallel;
    }

    /** A calibration that replaces the one in the cache folder. */
    public Optional<Path> calibration() {
        return calibration;
    }

    /** Folders or Python environments that hold NVIDIA's libraries, before all other places; empty: the usual places. */
    public List<Path> cudaLibraries() {
        return cudaLibraries;
    }

    /** Every setting in order, its value as it would be written and where it came from. */
    public List<Entry> explain() {
        return List.copyOf(entries);
    }

    /** One setting, explained. */
    public record Entry(String name, String value, String origin) {
        @Override
        public String toString() {
            return name + " = " + value + " (" + origin + ")";
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EngineConfig config && values().equals(config.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    private Map<String, String> values() {
        return entries.stream().collect(Collectors.toMap(Entry::name, Entry::value));
    }

    @Override
    public String toString() {
        return entries.stream().map(Entry::toString).collect(Collectors.joining(System.lineSeparator()));
    }

    private static List<String> unknownNames(Map<String, String> chosen, ConfigSource source) {
        List<String> problems = new ArrayList<>();
        unknown("setting", "", chosen, Setting::name, problems);
        unknown("property", "wan4j.", source.properties(), Setting::property, problems);
        unknown("variable", "WAN4J_", source.environment(), Setting::variable, problems);
        return problems;
    }

    private static void unknown(
            String family,
            String prefix,
            Map<String, String> given,
            Function<Setting<?>, String> nameOf,
            List<String> problems) {
        List<String> known = Settings.ALL.stream().map(nameOf).toList();
        for (String name : new TreeMap<>(given).keySet()) {
            boolean ours = name.startsWith(prefix) && !name.startsWith("wan4j.test.") && !name.equals("wan4j.track");
            if (ours && !known.contains(name)) {
                problems.add("unknown " + family + " " + name + "; the nearest is " + Names.nearest(name, known));
            }
        }
    }

    /** Collects choices; {@link #build} checks them all at once. */
    public static final class Builder {
        private final Map<String, String> chosen;
        private final ConfigSource source;

        private Builder(Map<String, String> chosen, ConfigSource source) {
            this.chosen = new LinkedHashMap<>(chosen);
            this.source = source;
        }

        /** By name and as text, the way a property would be written. */
        public Builder set(String name, String text) {
            chosen.put(name, text);
            return this;
        }

        public Builder devices(Device... devices) {
            return set("devices", Arrays.stream(devices).map(Device::toString).collect(Collectors.joining(",")));
        }

        public Builder cpuThreads(int threads) {
            return set("cpuThreads", String.valueOf(threads));
        }

        public Builder cacheDir(Path folder) {
            return set("cacheDir", folder.toString());
        }

        public Builder precision(Precision precision) {
            return set("precision", precision.toString());
        }

        public Builder tf32(boolean on) {
            return set("tf32", on ? "on" : "off");
        }

        public Builder attention(AttentionBackend backend) {
            return set("attention", backend.toString());
        }

        public Builder kernels(KernelSet kernels) {
            return set("kernels", kernels.toString());
        }

        public Builder products(ProductBackend backend) {
            return set("products", backend.toString());
        }

        public Builder graphs(GraphUse use) {
            return set("graphs", use.toString());
        }

        public Builder shareBranches(BranchSharing sharing) {
            return set("shareBranches", sharing.toString());
        }

        public Builder residency(Residency residency) {
            return set("residency", residency.toString());
        }

        public Builder textEncoder(TextEncoderPlace place) {
            return set("textEncoder", place.toString());
        }

        public Builder vaeChunk(int latentFrames) {
            return set("vaeChunk", String.valueOf(latentFrames));
        }

        public Builder vaeTile(int size, int overlap) {
            return set("vaeTile", size + "," + overlap);
        }

        public Builder vramLimit(long bytes) {
            return set("vramLimit", bytes + "B");
        }

        public Builder reserveVram(long bytes) {
            return set("reserveVram", bytes + "B");
        }

        public Builder parallel(int guidance, int sequence) {
            return set("parallel", guidance + "x" + sequence);
        }

        public Builder calibration(Path file) {
            return set("calibration", file.toString());
        }

        public Builder cudaLibraries(Path... folders) {
            return set(
                    "cudaLibraries",
                    Arrays.stream(folders).map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        }

        /**
         * Checks everything.
         *
         * @throws InvalidConfigException with every problem of the choices, properties and variables
         */
        public EngineConfig build() {
            return new EngineConfig(chosen, source);
        }
    }
}
