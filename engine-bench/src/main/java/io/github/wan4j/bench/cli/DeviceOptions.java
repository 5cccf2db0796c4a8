package io.github.wan4j.bench.cli;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.InvalidConfigException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say where and how to compute: settings of the engine, by shorter names. */
final class DeviceOptions {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "cpu, cuda or cuda:N. Default: a GPU if there is one that can be used.")
    private @Nullable String device;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description = "fp32, bf16 or fp8 (a GPU's). Default: fp32 on a CPU, bf16 on a GPU.")
    private @Nullable String precision;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads. Default: one per physical core.")
    private @Nullable String threads;

    @Option(
            names = "--tf32",
            paramLabel = "on|off",
            description = "Whether a GPU may compute fp32 as TF32. Default: off.")
    private @Nullable String tf32;

    @Option(
            names = "--attention",
            paramLabel = "NAME",
            description =
                    "A GPU's attention: auto, own, cudnn, flash, efficient, math, or fp8, which is faster at a loss."
                            + " Default: auto.")
    private @Nullable String attention;

    @Option(
            names = "--kernels",
            paramLabel = "NAME",
            description = "A GPU's fused operations: own or reference. Default: own.")
    private @Nullable String kernels;

    @Option(
            names = "--products",
            paramLabel = "NAME",
            description = "Matrix products of a GPU: auto or torch. Default: auto.")
    private @Nullable String products;

    @Option(names = "--graphs", paramLabel = "NAME", description = "CUDA graphs: auto, on or off. Default: auto.")
    private @Nullable String graphs;

    @Option(
            names = "--share-branches",
            paramLabel = "NAME",
            description = "Compute once what guidance's two branches have in common: auto, on or off. Default: auto.")
    private @Nullable String shareBranches;

    @Option(
            names = "--residency",
            paramLabel = "NAME",
            description = "Where a GPU's weights live: auto, resident, one-expert or stream. Default: auto.")
    private @Nullable String residency;

    @Option(
            names = "--text-encoder",
            paramLabel = "NAME",
            description =
                    "Where it runs beside a GPU: auto, gpu, cpu, or free, on the GPU and gone after every prompt.")
    private @Nullable String textEncoder;

    @Option(
            names = "--vram-limit",
            paramLabel = "SIZE",
            description = "The most GPU memory to take, as 12GiB. Default: none.")
    private @Nullable String vramLimit;

    @Option(
            names = "--reserve-vram",
            paramLabel = "SIZE",
            description = "GPU memory to leave to others, as 2GiB. Default: 0.")
    private @Nullable String reserveVram;

    @Option(
            names = "--vae-chunk",
            paramLabel = "N",
            description = "Latent frames that are decoded at a time, or auto. Default: auto.")
    private @Nullable String vaeChunk;

    @Option(
            names = "--vae-tile",
            paramLabel = "SIZE,OVERLAP",
            description = "Decode in tiles of so many pixels, as 256,32, or auto. Default: auto.")
    private @Nullable String vaeTile;

    @Option(
            names = "--calibration",
            paramLabel = "FILE",
            description =
                    "What 'wan calibrate' measured on this model, for --cache. Default: what is in the cache folder.")
    private @Nullable String calibration;

    /** The engine's settings; null if something is wrong with them, which is noted. */
    @Nullable
    EngineConfig config(Options options) {
        Map<String, String> optionOf = new LinkedHashMap<>();
        EngineConfig.Builder config = EngineConfig.builder();
        set("--device", device, "devices", config, optionOf);
        set("--calibration", calibration, "calibration", config, optionOf);
        set("--precision", precision, "precision", config, optionOf);
        set("--threads", threads, "cpuThreads", config, optionOf);
        set("--tf32", tf32, "tf32", config, optionOf);
        set("--attention", attention, "attention", config, optionOf);
        set("--kernels", kernels, "kernels", config, optionOf);
        set("--products", products, "products", config, optionOf);
        set("--graphs", graphs, "graphs", config, optionOf);
        set("--share-branches", shareBranches, "shareBranches", config, optionOf);
        set("--residency", residency, "residency", config, optionOf);
        set("--text-encoder", textEncoder, "textEncoder", config, optionOf);
        set("--vram-limit", vramLimit, "vramLimit", config, optionOf);
        set("--reserve-vram", reserveVram, "reserveVram", config, optionOf);
        set("--vae-chunk", vaeChunk, "vaeChunk", config, optionOf);
        set("--vae-tile", vaeTile, "vaeTile", config, optionOf);
        try {
            return config.build();
        } catch (InvalidConfigException e) {
            e.problems().forEach(problem -> options.problem(inOptions(problem, optionOf)));
            return null;
        }
    }

    private static void set(
            String option,
            @Nullable String text,
            String setting,
            EngineConfig.Builder config,
            Map<String, String> optionOf) {
        if (text != null) {
            config.set(setting, text);
            optionOf.put(setting, option);
        }
    }

    /** The problem of a setting, by the name that the user wrote. */
    private static String inOptions(String problem, Map<String, String> optionOf) {
        int equals = problem.indexOf('=');
        String option = equals < 0 ? null : optionOf.get(problem.substring(0, equals));
        return option == null ? problem : option + " " + problem.substring(equals + 1);
    }
}
