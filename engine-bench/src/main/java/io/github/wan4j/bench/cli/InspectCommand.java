package io.github.wan4j.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.pipeline.Inspection;
import io.github.wan4j.models.write.Metadata;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.OutputException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** {@code wan inspect}: what a checkpoint folder holds, or the settings that a video was made with. */
@CommandLine.Command(
        name = "inspect",
        description = {
            "Shows a model folder's kind, layout, files, tensors and parameters, and what is missing; or a video's settings.",
            "Ends with 1 if a video cannot be made from the folder."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class InspectCommand implements Callable<Integer> {
    @CommandLine.Parameters(
            paramLabel = "DIR|NAME|FILE",
            description = "A model folder, a bundled model, or a video: MP4, GIF or PNG.")
    private String target;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        return Files.isRegularFile(Path.of(target)) ? video(Path.of(target)) : model();
    }

    private int video(Path file) throws JsonProcessingException {
        Map<String, Object> settings = Metadata.read(file)
                .orElseThrow(() -> new OutputException("'" + file + "' was not made by wan4j: it carries no settings"));
        PrintWriter out = spec.commandLine().getOut();
        JsonMapper json = new JsonMapper();
        for (Map.Entry<String, Object> setting : settings.entrySet()) {
            out.println(String.format(Locale.ROOT, "%-13s", setting.getKey())
                    + json.writeValueAsString(setting.getValue()));
        }
        return ExitCode.OK;
    }

    private int model() {
        Inspection inspection = Inspection.of(
                ModelSource.of(target), EngineConfig.fromEnvironment().cacheDir());
        spec.commandLine().getOut().println(inspection);
        if (inspection.isComplete()) {
            return ExitCode.OK;
        }
        String wrong = inspection.parts().stream()
                .filter(part -> !part.problem().isEmpty())
                .map(Inspection.Part::name)
                .collect(Collectors.joining(", "));
        spec.commandLine().getErr().println("wan: no video can be made from " + target + ", see: " + wrong);
        return ExitCode.FAILED;
    }
}
