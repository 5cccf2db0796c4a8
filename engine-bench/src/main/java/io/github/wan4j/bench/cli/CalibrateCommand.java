package io.github.wan4j.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.VideoEngine;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.load.CalibrationFiles;
import io.github.wan4j.models.plan.Calibration;
import io.github.wan4j.models.plan.CalibrationJson;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.VideoRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code wan calibrate}: measures a model, so that later runs know which steps of it can be reused. */
@CommandLine.Command(
        name = "calibrate",
        description = {
            "Measures how little a model's steps differ, so that --cache magcache and teacache go by the model itself.",
            "Later runs find the result in the cache folder; --calibration FILE names another."
        },
        mixinStandardHelpOptions = true,
        synopsisHeading = "Usage: ",
        customSynopsis = "wan calibrate [OPTION...]",
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CalibrateCommand implements Callable<Integer> {
    private static final long FIRST_SEED = 1000;

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "A prompt a line; each is one whole run. Default: a few prompts that differ much.")
    private @Nullable Path prompts;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write the calibration there, instead of into the cache folder.")
    private @Nullable Path out;

    @Option(names = "--json", description = "Print the calibration itself.")
    private boolean json;

    @Mixin
    private final QuietOption quiet = new QuietOption();

    @ArgGroup(validate = false, heading = "%nThe runs; the model chooses what is left open:%n", order = 1)
    private final CalibrationRunOptions runOptions = new CalibrationRunOptions();

    @ArgGroup(validate = false, heading = "%nHow to compute:%n", order = 2)
    private final DeviceOptions deviceOptions = new DeviceOptions();

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @ParentCommand
    private Wan wan;

    @Override
    public Integer call() throws JsonProcessingException {
        Options options = new Options();
        EngineConfig config = deviceOptions.config(options);
        List<String> texts = texts(options);
        Calibration.Settings settings = runOptions.settings(options);
        VideoRequest.Builder run = VideoRequest.builder(texts.isEmpty() ? "" : texts.get(0));
        runOptions.readRun(run, options);
        VideoRequest first = run.build(valid -> options.problems());
        options.requireFine();
        if (config == null) {
            throw new IllegalStateException("what is wrong with the settings was not noted");
        }
        try (VideoEngine engine = VideoEngine.open(model.source(), config)) {
            wan.interrupt().interrupts(Thread.currentThread());
            Calibration measured = engine.calibrate(runs(first, texts));
            Calibration calibration = settings == null ? measured : measured.withSettings(settings);
            Path file = keep(engine, calibration);
            print(calibration, file, engine.model());
        }
        return ExitCode.OK;
    }

    /** The first run with each prompt and a seed of its own. */
    private List<VideoRequest> runs(VideoRequest first, List<String> texts) {
        List<VideoRequest> runs = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            VideoRequest.Builder run = first.toBuilder().prompt(texts.get(i)).seed(FIRST_SEED + i);
            if (!quiet.isOn()) {
                run.listener(new Run(spec.commandLine().getErr(), i + 1, texts.size()));
            }
            runs.add(run.build());
        }
        return runs;
    }

    /** One prompt a line. */
    private List<String> texts(Options options) {
        if (prompts == null) {
            return CalibrationPrompts.of(model.name());
        }
        try {
            List<String> texts = Files.readAllLines(prompts, StandardCharsets.UTF_8).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (texts.isEmpty()) {
                options.problem("--prompts '" + prompts + "' holds no prompt, write one a line");
            }
            return texts;
        } catch (IOException e) {
            options.file("--prompts '" + prompts + "' cannot be read: " + e.getMessage());
            return List.of();
        }
    }

    private Path keep(VideoEngine engine, Calibration calibration) {
        if (out == null) {
            return engine.keep(calibration);
        }
        CalibrationFiles.write(calibration, out);
        return out;
    }

    private void print(Calibration calibration, Path file, ModelInfo info) throws JsonProcessingException {
        PrintWriter to = spec.commandLine().getOut();
        if (json) {
            to.println(new JsonMapper().writeValueAsString(CalibrationJson.write(calibration)));
            return;
        }
        to.println(file);
        if (!quiet.isOn()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("wan: " + info.name() + ", " + calibration.runs().prompts() + " runs of "
                    + calibration.runs().steps() + " steps");
            calibration.experts().keySet().forEach(expert -> err.println(line(calibration, expert)));
        }
    }

    private static String line(Calibration calibration, Expert expert) {
        double[] ratios = calibration.ratios(expert, Branch.COND).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        return String.format(
                Locale.ROOT,
                "wan: %s: the norm of what the blocks add changes by a factor of %.4f to %.4f from step to step",
                expert.label(),
                Arrays.stream(ratios).min().orElse(1),
                Arrays.stream(ratios).max().orElse(1));
    }

    /** Tells how one run gets on. */
    private record Run(PrintWriter err, int number, int runs) implements ProgressListener {
        @Override
        public void onStep(StepEvent step) {
            int taken = step.index() + 1;
            if (taken == step.steps() || taken % Math.max(1, step.steps() / 5) == 0) {
                err.println(String.format(
                        Locale.ROOT,
                        "wan: run %d of %d: step %d/%d, %.1f s left in it",
                        number,
                        runs,
                        taken,
                        step.steps(),
                        step.remaining().toMillis() / 1e3));
            }
        }

        @Override
        public void onWarning(String text) {
            err.println("wan: warning: " + text);
        }
    }
}
