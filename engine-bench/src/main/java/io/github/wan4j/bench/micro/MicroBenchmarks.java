package io.github.wan4j.bench.micro;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.tensor.Device;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** All benchmarks of this package, with JMH's options; those of a GPU are left out with a sentence where there is none. */
public final class MicroBenchmarks {
    private MicroBenchmarks() {}

    public static void main(String... arguments) throws RunnerException, CommandLineOptionException {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        CommandLineOptions asked = new CommandLineOptions(arguments);
        ChainedOptionsBuilder options = new OptionsBuilder().parent(asked);
        if (asked.getIncludes().isEmpty()) {
            options.include("\\.micro\\.");
        }
        noGpu().ifPresent(reason -> {
            out.println("GpuKernelsBenchmark is left out: " + reason);
            options.exclude(GpuKernelsBenchmark.class.getName());
        });
        try {
            new Runner(options.build()).run();
        } catch (NoBenchmarksException e) {
            out.println("no benchmark is left of " + asked.getIncludes());
        }
    }

    /** Why there is no GPU; empty if there is one. */
    private static Optional<String> noGpu() {
        Devices devices = Devices.find();
        Device first = devices.chosen(EngineConfig.fromEnvironment()).get(0);
        return first.kind() == Device.Kind.CUDA
                ? Optional.empty()
                : Optional.of(devices.all().stream()
                        .flatMap(provider -> provider.obstacle().stream())
                        .findFirst()
                        .orElse("the settings ask for the device " + first));
    }
}
