package io.github.wan4j.bench.cli;

import io.github.wan4j.models.plan.Calibration.Settings;
import io.github.wan4j.video.InvalidRequestException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the runs that a calibration measures, and of the settings that it is to recommend. */
final class CalibrationRunOptions extends RunOptions {
    @Option(
            names = "--recommend",
            paramLabel = "THRESHOLD,K,RETENTION[,HIGH]",
            description =
                    "MagCache's settings to use by default with this calibration; HIGH is the retention of the expert"
                            + " of high noise. Default: those published with the model.")
    private @Nullable String recommended;

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
