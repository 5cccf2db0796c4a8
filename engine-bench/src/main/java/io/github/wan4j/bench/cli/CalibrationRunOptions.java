package io.github.wan4j.bench.cli;

import io.github.wan4j.models.plan.Calibration.Settings;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import io.github.wan4j.video.VideoRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the runs that a calibration measures, and of the settings that it is to recommend. */
final class CalibrationRunOptions {
    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps; other numbers are interpolated.")
    private @Nullable String steps;

    @Option(names = "--size", paramLabel = "WxH", description = "In pixels.")
    private @Nullable String size;

    @Option(names = "--frames", paramLabel = "N", description = "One more than a multiple of 4.")
    private @Nullable String frames;

    @Option(names = "--shift", paramLabel = "X", description = "Shift of the noise levels.")
    private @Nullable String shift;

    @Option(names = "--solver", paramLabel = "NAME", description = "unipc, dpm++ or euler. Default: unipc.")
    private @Nullable String solver;

    @Option(names = "--image", paramLabel = "FILE", description = "The first frame of every run, PNG or JPEG.")
    private @Nullable Path image;

    @Option(
            names = "--recommend",
            paramLabel = "THRESHOLD,K,RETENTION[,HIGH]",
            description =
                    "MagCache's settings to use by default with this calibration; HIGH is the retention of the expert"
                            + " of high noise. Default: those published with the model.")
    private @Nullable String recommended;

    /** Adds what is asked for to a run. */
    void read(VideoRequest.Builder request, Options options) {
        options.read(steps, Options.integer("--steps"), request::steps);
        options.read(size, Size::parse, value -> request.size(value.width(), value.height()));
        options.read(frames, Options.integer("--frames"), request::frames);
        options.read(shift, Options.number("--shift"), request::shift);
        options.read(solver, Solver::parse, request::solver);
        if (image != null) {
            request.image(image);
        }
    }

    /** What the calibration is to recommend, if anything. */
    @Nullable
    Settings settings(Options options) {
        List<Settings> read = new ArrayList<>();
        options.read(recommended, CalibrationRunOptions::settings, read::add);
        return read.isEmpty() ? null : read.get(0);
    }

    private static Settings settings(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length < 3 || parts.length > 4) {
            throw new InvalidRequestException(
                    "--recommend is '" + text + "', write it as 0.06,2,0.2 or 0.06,2,0.2,0.4");
        }
        List<Double> numbers =
                Arrays.stream(parts).map(Options.number("--recommend")).toList();
        Settings settings = new Settings(
                numbers.get(0),
                Options.integer("--recommend").apply(parts[1]),
                numbers.get(2),
                numbers.get(numbers.size() - 1));
        List<String> problems = settings.problems();
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
        return settings;
    }
}
