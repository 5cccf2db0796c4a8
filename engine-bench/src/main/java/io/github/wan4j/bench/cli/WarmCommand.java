package io.github.wan4j.bench.cli;

import io.github.wan4j.VideoEngine;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code wan warm}: does what a first start has to do, so that the first video need not wait for it. */
@CommandLine.Command(
        name = "warm",
        description = {
            "Does ahead what a first start has to do: unpacks libraries and bundled models, reads all weights once,",
            "compiles kernels for this device, and makes a tiny video to see that all of it works."
        },
        mixinStandardHelpOptions = true,
        synopsisHeading = "Usage: ",
        customSynopsis = "wan warm [OPTION...]",
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class WarmCommand implements Callable<Integer> {
    /** A side that both autoencoders and the patches of both models divide. */
    private static final int SIDE = 128;

    /** Two steps of an unshifted schedule, so that each of two experts serves one. */
    private static final int STEPS = 2;

    @Mixin
    private final ModelOption model = new ModelOption();

    @Mixin
    private final QuietOption quiet = new QuietOption();

    @ArgGroup(validate = false, heading = "%nHow to compute:%n", order = 1)
    private final DeviceOptions deviceOptions = new DeviceOptions();

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @ParentCommand
    private Wan wan;

    @Override
    public Integer call() {
        Options options = new Options();
        EngineConfig config = deviceOptions.config(options);
        options.requireFine();
        if (config == null) {
            throw new IllegalStateException("what is wrong with the settings was not noted");
        }
        Path kernels = config.cacheDir().resolve("kernels");
        long compiled = files(kernels);
        long begin = System.nanoTime();
        try (VideoEngine engine = VideoEngine.open(model.source(), config)) {
            double open = seconds(begin);
            report(engine.model(), open, run(engine), files(kernels) - compiled, kernels);
        }
        return ExitCode.OK;
    }

    private RunReport run(VideoEngine engine) {
        ProgressPrinter printer = new ProgressPrinter(spec.commandLine().getErr(), Terminal.isOne());
        VideoRequest.Builder request = VideoRequest.builder("a red circle moves right on a black background")
                .size(SIDE, SIDE)
                .frames(5)
                .steps(STEPS)
                .shift(1);
        if (engine.model().kind().needsImage()) {
            request.image(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB));
        }
        if (!quiet.isOn()) {
            request.listener(printer);
        }
        try {
            VideoJob<Video> job = engine.submit(request.build());
            wan.interrupt().cancels(job);
            return job.join().report();
        } finally {
            printer.finish();
        }
    }

    private void report(ModelInfo info, double open, RunReport job, long compiled, Path kernels) {
        PrintWriter out = spec.commandLine().getOut();
        RunReport.Seconds took = job.seconds();
        line(out, "libraries and model", open, info.name() + " in " + info.folder());
        line(
                out,
                "weights",
                took.load(),
                "read and brought to " + job.settings().get("device"));
        line(
                out,
                "a tiny video",
                took.total() - took.load(),
                compiled == 0
                        ? "no kernel had to be compiled"
                        : compiled + (compiled == 1 ? " kernel" : " kernels") + " compiled into " + kernels);
        job.warnings().forEach(warning -> out.println("warning: " + warning));
        out.flush();
    }

    private static void line(PrintWriter out, String what, double seconds, String remark) {
        out.println(String.format(Locale.ROOT, "%-20s %6.1f s  %s", what, seconds, remark));
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Compiled kernels in the cache; none where there is no folder. */
    private static long files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".cubin")).count();
        } catch (IOException e) {
            throw new UnusableFilesException(List.of("the cache " + folder + " cannot be read: " + e.getMessage()));
        }
    }
}
