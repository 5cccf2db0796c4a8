package io.github.wan4j.bench.cli;

import com.google.errorprone.annotations.MustBeClosed;
import io.github.wan4j.VideoEngine;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.WanException;
import io.github.wan4j.core.runtime.Natives;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.pipeline.Model;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code wan generate}: a prompt in, a video file out. */
@CommandLine.Command(
        name = "generate",
        description = "Makes a video from a prompt, or from a prompt and an image.",
        mixinStandardHelpOptions = true,
        synopsisHeading = "Usage: ",
        customSynopsis = "wan generate PROMPT [OPTION...]",
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class GenerateCommand implements Callable<Integer> {
    private static final long DEFAULT_SEED = 42;

    @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "What the video shows.")
    private @Nullable String prompt;

    @Mixin
    private final ModelOption model = new ModelOption();

    @Mixin
    private final QuietOption quiet = new QuietOption();

    @ArgGroup(validate = false, heading = "%nWhat to make; the model chooses what is left open:%n", order = 1)
    private final RequestOptions requestOptions = new RequestOptions();

    @ArgGroup(validate = false, heading = "%nWhat may be left out:%n", order = 2)
    private final ShortcutOptions shortcutOptions = new ShortcutOptions();

    @ArgGroup(validate = false, heading = "%nWhere it goes:%n", order = 3)
    private final OutputOptions outputOptions = new OutputOptions();

    @ArgGroup(validate = false, heading = "%nHow to compute:%n", order = 4)
    private final DeviceOptions deviceOptions = new DeviceOptions();

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @ParentCommand
    private Wan wan;

    private final Options options = new Options();

    @Override
    public Integer call() {
        VideoRequest.Builder asked = requestOptions.read(prompt, options);
        shortcutOptions.read(asked, options);
        outputOptions.read(asked, options);
        VideoRequest request = draft(asked);
        EngineConfig config = deviceOptions.config(options);
        String text = request.prompt().orElse("");
        outputOptions.check(requestOptions, text, request.seed().orElse(DEFAULT_SEED), options);
        if (!options.areFine() || config == null) {
            checkAgainstModel(request, config);
            options.requireFine();
        }
        Instant begin = Instant.now();
        if (config != null) {
            loadNatives(config);
        }
        ProgressPrinter printer = new ProgressPrinter(spec.commandLine().getErr(), Terminal.isOne());
        try (VideoEngine engine = open(config, request)) {
            options.problems(engine.problems(request));
            options.requireFine();
            double load = Duration.between(begin, Instant.now()).toNanos() / 1e9;
            for (int i = 0; i < requestOptions.videos(); i++) {
                generate(engine, request, i, printer, i == 0 ? load : 0);
            }
        } finally {
            printer.finish();
        }
        return ExitCode.OK;
    }

    /** The request without what is wrong with it, which is noted. */
    private VideoRequest draft(VideoRequest.Builder builder) {
        List<VideoRequest> valid = new ArrayList<>();
        try {
            return builder.build(asked -> {
                valid.add(asked);
                return List.of();
            });
        } catch (InvalidRequestException e) {
            options.problems(e.problems());
            return valid.get(0);
        }
    }

    /** Opens the model. If it cannot be and the request is wrong too, that is what is said. */
    @MustBeClosed
    private VideoEngine open(@Nullable EngineConfig config, VideoRequest request) {
        EngineConfig settings = config == null ? EngineConfig.fromEnvironment() : config;
        try {
            return VideoEngine.open(model.source(), settings);
        } catch (WanException e) {
            checkAgainstModel(request, settings);
            options.requireFine();
            throw e;
        }
    }

    /** Begins what takes longest while the model's files are checked; if it fails, opening the engine fails alike. */
    private static void loadNatives(EngineConfig config) {
        Thread loading = new Thread(
                () -> {
                    try {
                        Natives.load(config);
                    } catch (EngineStartException e) {
                        System.getLogger(GenerateCommand.class.getName()).log(Level.DEBUG, "no natives", e);
                    }
                },
                "wan-natives");
        loading.setDaemon(true);
        loading.start();
    }

    /** Notes what else is wrong with a request that will not run; needs no device. */
    private void checkAgainstModel(VideoRequest request, @Nullable EngineConfig config) {
        try {
            EngineConfig settings = config == null ? EngineConfig.fromEnvironment() : config;
            ModelFolder folder = ModelFolder.open(model.source(), settings.cacheDir());
            options.problems(Model.problems(folder, settings, request));
        } catch (InvalidRequestException e) {
            options.problems(e.problems());
        } catch (WanException e) {
            if (options.areFine()) {
                throw e;
            }
        }
    }

    private void generate(VideoEngine engine, VideoRequest first, int index, ProgressPrinter printer, double load) {
        Instant begin = index == 0 ? processStart() : Instant.now();
        long seed = first.seed().orElse(DEFAULT_SEED) + index;
        TraceFile trace = outputOptions.trace() == null ? null : new TraceFile(outputOptions.trace());
        List<ProgressListener> listeners = new ArrayList<>();
        if (!quiet.isOn()) {
            listeners.add(printer);
        }
        if (trace != null) {
            listeners.add(trace.listener());
        }
        String prompt = first.prompt().orElse("");
        Path preview = outputOptions.preview(requestOptions.countGiven(), prompt, seed);
        if (preview != null) {
            listeners.add(new PreviewSheet(preview));
        }
        VideoRequest request =
                first.toBuilder().seed(seed).listener(new Listeners(listeners)).build();
        VideoHandler<Path> file = outputOptions.handler(
                requestOptions.countGiven(), first.prompt().orElse(""), seed);
        VideoJob<Written> job = engine.submit(request, Written.by(trace == null ? file : trace.recording(file)));
        wan.interrupt().cancels(job);
        Written written = job.join();
        printer.finish();
        report(written, job, load, begin);
    }

    private void report(Written written, VideoJob<Written> job, double load, Instant begin) {
        PrintWriter out = spec.commandLine().getOut();
        if (outputOptions.json()) {
            out.println(JsonReport.of(written.info(), job.report(), load, begin, written.file()));
        } else {
            out.println(written.file());
        }
        out.flush();
        if (!quiet.isOn() && !outputOptions.json()) {
            spec.commandLine()
                    .getErr()
                    .println("wan: " + written.info().frames() + " frames of "
                            + written.info().width() + "x" + written.info().height() + ", seed "
                            + job.report().seed());
        }
    }

    /** The JVM's own note; what the system says of the process is off by up to a second. */
    private static Instant processStart() {
        return Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
    }
}
