package io.github.wan4j.core;

import io.github.wan4j.core.tensor.Device;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** All settings of an engine, in the order in which they are explained. */
final class Settings {
    private static final int MOST_THREADS = 1024;
    private static final int MOST_LATENT_FRAMES = 10_000;

    static final Setting<List<Device>> DEVICES = new Setting<>(
            "devices",
            "auto, cpu, cuda, cuda:N or a list such as cuda:0,cuda:1",
            Settings::devices,
            devices -> devices.isEmpty()
                    ? "auto"
                    : devices.stream().map(Device::toString).collect(Collectors.joining(",")),
            source -> Setting.Resolved.byDefault(List.of()));

    static final Setting<Integer> CPU_THREADS = new Setting<>(
            "cpuThreads",
            "a whole number from 1 to " + MOST_THREADS,
            text -> between(1, MOST_THREADS, integer(text)),
            String::valueOf,
            source -> new Setting.Resolved<>(PhysicalCores.available(), "default, one per physical core"));

    static final Setting<Path> CACHE_DIR =
            new Setting<>("cacheDir", "the path of a folder", Settings::path, Path::toString, CacheFolder::byDefault);

    static final Setting<Optional<Precision>> PRECISION = new Setting<>(
            "precision",
            "auto|" + Choices.form(Precision.class),
            text -> orAuto(text, Precision::parse),
            Settings::text,
            source -> Setting.Resolved.byDefault(Optional.empty()));

    static final Setting<Boolean> TF32 = new Setting<>(
            "tf32", "on|off", Settings::flag, on -> on ? "on" : "off", source -> Setting.Resolved.byDefault(false));

    static final Setting<AttentionBackend> ATTENTION = choice("attention", AttentionBackend.AUTO);
    static final Setting<KernelSet> KERNELS = choice("kernels", KernelSet.OWN);
    static final Setting<ProductBackend> PRODUCTS = choice("products", ProductBackend.AUTO);
    static final Setting<GraphUse> GRAPHS = choice("graphs", GraphUse.AUTO);
    static final Setting<BranchSharing> SHARE_BRANCHES = choice("shareBranches", BranchSharing.AUTO);
    static final Setting<Residency> RESIDENCY = choice("residency", Residency.AUTO);
    static final Setting<TextEncoderPlace> TEXT_ENCODER = choice("textEncoder", TextEncoderPlace.AUTO);

    static final Setting<OptionalInt> VAE_CHUNK = new Setting<>(
            "vaeChunk",
            "auto or a number of latent frames from 1 to " + MOST_LATENT_FRAMES,
            text -> text.equals("auto")
                    ? OptionalInt.empty()
                    : OptionalInt.of(between(1, MOST_LATENT_FRAMES, integer(text))),
            chunk -> chunk.isPresent() ? String.valueOf(chunk.getAsInt()) : "auto",
            source -> Setting.Resolved.byDefault(OptionalInt.empty()));

    static final Setting<Optional<VaeTile>> VAE_TILE = new Setting<>(
            "vaeTile",
            "auto or SIZE,OVERLAP in pixels such as 256,32",
            text -> orAuto(text, VaeTile::parse),
            Settings::text,
            source -> Setting.Resolved.byDefault(Optional.empty()));

    static final Setting<OptionalLong> VRAM_LIMIT = new Setting<>(
            "vramLimit",
            "none or a size such as 12GiB",
            text -> text.equals("none") ? OptionalLong.empty() : OptionalLong.of(positive(ByteSize.parse(text))),
            limit -> limit.isPresent() ? ByteSize.exact(limit.getAsLong()) : "none",
            source -> Setting.Resolved.byDefault(OptionalLong.empty()));

    static final Setting<Long> RESERVE_VRAM = new Setting<>(
            "reserveVram",
            "0 or a size such as 2GiB",
            ByteSize::parse,
            ByteSize::exact,
            source -> Setting.Resolved.byDefault(0L));

    static final Setting<Optional<Parallelism>> PARALLEL = new Setting<>(
            "parallel",
            "auto or GUIDANCExSEQUENCE such as 2x2",
            text -> orAuto(text, Parallelism::parse),
            Settings::text,
            source -> Setting.Resolved.byDefault(Optional.empty()));

    static final Setting<Optional<Path>> CALIBRATION = new Setting<>(
            "calibration",
            "auto or the path of a calibration file",
            text -> orAuto(text, Settings::file),
            Settings::text,
            source -> Setting.Resolved.byDefault(Optional.empty()));

    static final Setting<List<Path>> CUDA_LIBRARIES = new Setting<>(
            "cudaLibraries",
            "auto or folders or Python environments, separated by '" + File.pathSeparator + "'",
            Settings::folders,
            folders -> folders.isEmpty()
                    ? "auto"
                    : folders.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
            source -> Setting.Resolved.byDefault(List.of()));

    static final List<Setting<?>> ALL = List.of(
            DEVICES,
            CPU_THREADS,
            CACHE_DIR,
            PRECISION,
            TF32,
            ATTENTION,
            KERNELS,
            PRODUCTS,
            GRAPHS,
            SHARE_BRANCHES,
            RESIDENCY,
            TEXT_ENCODER,
            VAE_CHUNK,
            VAE_TILE,
            VRAM_LIMIT,
            RESERVE_VRAM,
            PARALLEL,
            CALIBRATION,
            CUDA_LIBRARIES);

    private Settings() {}

    static int integer(String text) {
        try {
            return Integer.parseInt(text.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text.trim() + "' is not a whole number", e);
        }
    }

    private static <E extends Enum<E>> Setting<E> choice(String name, E fallback) {
        Class<E> type = fallback.getDeclaringClass();
        return new Setting<>(
                name,
                Choices.form(type),
                text -> Choices.parse(type, text),
                Choices::text,
                source -> Setting.Resolved.byDefault(fallback));
    }

    private static List<Device> devices(String text) {
        if (text.equals("auto")) {
            return List.of();
        }
        List<Device> devices = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Device device = Device.parse(part);
            if (devices.contains(device)) {
                throw new IllegalArgumentException(device + " is named twice");
            }
            if (!devices.isEmpty() && devices.get(0).kind() != device.kind()) {
                throw new IllegalArgumentException("devices of one engine are of one kind");
            }
            devices.add(device);
        }
        return List.copyOf(devices);
    }

    private static boolean flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "on", "true" -> true;
            case "off", "false" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is neither on nor off");
        };
    }

    private static int between(int least, int most, int value) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(value + " is " + (value < least ? "below " + least : "above " + most));
        }
        return value;
    }

    private static long positive(long value) {
        if (value <= 0) {
            throw new IllegalArgumentException("nothing runs in no memory");
        }
        return value;
    }

    private static Path path(String text) {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is not a path: " + e.getReason(), e);
        }
    }

    private static List<Path> folders(String text) {
        if (text.equals("auto")) {
            return List.of();
        }
        List<Path> folders = new ArrayList<>();
        for (String part : text.split(Pattern.quote(File.pathSeparator), -1)) {
            Path folder = path(part);
            if (!Files.isDirectory(folder)) {
                throw new IllegalArgumentException("there is no folder " + folder);
            }
            folders.add(folder);
        }
        return List.copyOf(folders);
    }

    private static Path file(String text) {
        Path file = path(text);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no file " + file);
        }
        return file;
    }

    private static <T> Optional<T> orAuto(String text, Function<String, T> parse) {
        return text.equals("auto") ? Optional.empty() : Optional.of(parse.apply(text));
    }

    private static String text(Optional<?> value) {
        return value.map(Object::toString).orElse("auto");
    }
}
