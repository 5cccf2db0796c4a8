package io.github.wan4j.bench.cli;

import com.google.errorprone.annotations.MustBeClosed;
import io.github.wan4j.VideoEngine;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.WanException;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import io.github.wan4j.video.WriteOption;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wan generate}: a prompt in, a video file out. */
@CommandLine.Command(
        name = "generate",
        description = "Makes a video from a prompt, or from a prompt and an image.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class GenerateCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "What the video shows.")
    private @Nullable String prompt;

    @Option(names = "--prompt", hidden = true)
    private @Nullable String officialPrompt;

    @Option(
            names = "--model",
            paramLabel = "DIR|NAME",
            defaultValue = "mini-t2v",
            description = "A checkpoint folder, mini-t2v or mini-ti2v. Default: mini-t2v.")
    private String model;

    @Option(names = "--image", paramLabel = "FILE", description = "First frame, PNG or JPEG.")
    private @Nullable Path image;

    @Option(
            names = "--negative",
            paramLabel = "TEXT",
            description = "What the video should not look like. Default: the models' own.")
    private @Nullable String negative;

    @Option(names = "--size", paramLabel = "WxH", description = "In pixels; with an image only the area counts.")
    private @Nullable String size;

    @Option(names = "--frames", paramLabel = "N", description = "One more than a multiple of 4.")
    private @Nullable String frames;

    @Option(names = "--seconds", paramLabel = "S", description = "Length instead of --frames.")
    private @Nullable String seconds;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps.")
    private @Nullable String steps;

    @Option(names = "--shift", paramLabel = "X", description = "Shift of the noise levels.")
    private @Nullable String shift;

    @Option(names = "--guidance", paramLabel = "G|LOW,HIGH", description = "How closely the prompt is followed.")
    private @Nullable String guidance;

    @Option(names = "--solver", paramLabel = "NAME", description = "unipc, dpm++ or euler.")
    private @Nullable String solver;

    @Option(names = "--seed", paramLabel = "N|random", description = "Default: 42.")
    private @Nullable String seed;

    @Option(names = "--count", paramLabel = "N", description = "Videos with seeds S, S+1, ...")
    private @Nullable String count;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N.")
    private @Nullable String device;

    @Option(names = "--precision", paramLabel = "P", description = "fp32 or bf16.")
    private @Nullable String precision;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads.")
    private @Nullable String threads;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Ends in .mp4, .gif or .png. Default: a name made from prompt and seed.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the output if it exists.")
    private boolean overwrite;

    @Option(
            names = "--noise",
            paramLabel = "FILE",
            description = "Initial latents: tensor 'noise' of a safetensors file.")
    private @Nullable Path noise;

    @Option(names = "--trace", paramLabel = "FILE", description = "Record all latents and frames as safetensors.")
    private @Nullable Path trace;

    @Option(names = "--json", description = "One JSON object on standard output for each video.")
    private boolean json;

    @Option(names = "-v", description = "More to read, with stack traces.")
    @SuppressWarnings("UnusedVariable") // Wan looks for it before anything is parsed
    private boolean verbose;

    @Option(names = "-q", description = "Only errors and results.")
    private boolean quiet;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private static final long DEFAULT_SEED = 42;

    private final Options options = new Options();
    private int videos = 1;

    @Override
    public Integer call() {
        VideoRequest.Builder request = request();
        EngineConfig config = config();
        if (out != null) {
            options.read(out.toString(), text -> VideoHandlers.file(Path.of(text)), handler -> {});
        }
        Instant begin = Instant.now();
        try (VideoEngine engine = open(config, request)) {
            double load = Duration.between(begin, Instant.now()).toNanos() / 1e9;
            PrintWriter err = spec.commandLine().getErr();
            ProgressPrinter printer = new ProgressPrinter(err, Terminal.isOne());
            VideoRequest first = request.build(asked -> all(engine.problems(asked)));
            try (CtrlC ctrlC = new CtrlC()) {
                for (int i = 0; i < videos; i++) {
                    generate(engine, first, i, printer, ctrlC, i == 0 ? load : 0);
                }
            } finally {
                printer.finish();
            }
        }
        return ExitCode.OK;
    }

    private void generate(
            VideoEngine engine, VideoRequest first, int index, ProgressPrinter printer, CtrlC ctrlC, double load) {
        Instant begin = index == 0 ? processStart() : Instant.now();
        long seed = first.seed().orElse(DEFAULT_SEED) + index;
        Path output = OutputName.of(out, videos > 1, first.prompt().orElse(""), seed);
        TraceFile record = trace == null ? null : new TraceFile();
        List<ProgressListener> listeners = new ArrayList<>();
        if (!quiet) {
            listeners.add(printer);
        }
        if (record != null) {
            listeners.add(record.listener());
        }
        VideoRequest request =
                first.toBuilder().seed(seed).listener(new Listeners(listeners)).build();
        VideoHandler<Path> file = VideoHandlers.file(output, existing());
        VideoJob<Written> job = engine.submit(
                request, Written.by(record == null || trace == null ? file : record.recording(file, trace)));
        ctrlC.cancels(job);
        Written written = job.join();
        printer.finish();
        PrintWriter stdout = spec.commandLine().getOut();
        if (json) {
            stdout.println(JsonReport.of(written.info(), job.report(), load, begin, written.file()));
        } else {
            stdout.println(written.file());
        }
        stdout.flush();
        if (!quiet && !json) {
            spec.commandLine()
                    .getErr()
                    .println("wan: wrote " + written.file() + " ("
                            + written.info().frames()
                            + " frames of " + written.info().width() + "x"
                            + written.info().height() + ", seed "
                            + job.report().seed() + ")");
        }
    }

    private WriteOption existing() {
        if (overwrite) {
            return WriteOption.OVERWRITE;
        }
        return out == null ? WriteOption.UNIQUE : WriteOption.Existing.REFUSE;
    }

    private static Instant processStart() {
        return ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    }

    /** Opens the model. If it cannot be and the command line is wrong too, that is said first. */
    @MustBeClosed
    private VideoEngine open(EngineConfig config, VideoRequest.Builder request) {
        try {
            return VideoEngine.open(ModelSource.of(model), config);
        } catch (WanException e) {
            VideoRequest valid = request.build(asked -> options.problems());
            assert valid != null;
            throw e;
        }
    }

    private List<String> all(List<String> problems) {
        List<String> all = new ArrayList<>(options.problems());
        all.addAll(problems);
        return all;
    }

    private VideoRequest.Builder request() {
        if (prompt != null && officialPrompt != null) {
            options.problem("the prompt is given twice, once as --prompt");
        }
        String text = prompt != null ? prompt : officialPrompt;
        if (text == null) {
            options.problem("PROMPT is missing");
        }
        VideoRequest.Builder request = VideoRequest.builder(text == null ? "" : text);
        if (image != null) {
            request.image(image);
        }
        if (negative != null) {
            request.negativePrompt(negative);
        }
        options.read(size, Size::parse, value -> request.size(value.width(), value.height()));
        options.read(frames, Options.integer("--frames"), request::frames);
        options.read(seconds, Options.number("--seconds"), request::seconds);
        options.read(steps, Options.integer("--steps"), request::steps);
        options.read(shift, Options.number("--shift"), request::shift);
        options.read(guidance, GenerateCommand::guidance, value -> request.guidance(value.low(), value.high()));
        options.read(solver, Solver::parse, request::solver);
        if ("random".equals(seed) || "-1".equals(seed)) {
            request.randomSeed();
        } else {
            options.read(seed, Options.seed("--seed"), request::seed);
        }
        options.read(count, Options.integer("--count"), value -> videos = value);
        if (videos < 1) {
            options.problem("--count is " + videos + ", take at least 1");
        }
        if (count != null && (trace != null || noise != null)) {
            options.problem(
                    "--count makes videos of different seeds, leave away " + (trace != null ? "--trace" : "--noise"));
        }
        if (noise != null) {
            options.read(noise.toString(), file -> Latents.read(Path.of(file), "noise"), request::noise);
        }
        return request;
    }

    private static Guidance guidance(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length > 2) {
            throw new InvalidRequestException("--guidance is '" + text + "', expected one number or LOW,HIGH");
        }
        double low = Options.number("--guidance").apply(parts[0]);
        return parts.length == 1
                ? new Guidance(low)
                : new Guidance(low, Options.number("--guidance").apply(parts[1]));
    }

    private EngineConfig config() {
        EngineConfig.Builder config = EngineConfig.builder();
        options.read(device, Device::parse, config::devices);
        options.read(precision, Precision::parse, config::precision);
        options.read(threads, Options.integer("--threads"), config::cpuThreads);
        return config.build();
    }
}
