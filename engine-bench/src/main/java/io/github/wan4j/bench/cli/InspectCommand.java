package io.github.wan4j.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.pipeline.Inspection;
import io.github.wan4j.models.write.Metadata;
import io.github.wan4j.video.ModelSource;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code wan inspect}: what a checkpoint folder holds, or the settings that a video was made with. */
@CommandLine.Command(
        name = "inspect",
        description = "Shows a model folder's layout, files, tensors and what is missing, or a video's settings.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class InspectCommand implements Callable<Integer> {
    @CommandLine.Parameters(paramLabel = "DIR|NAME|FILE", description = "A model folder, a bundled model or a video.")
    private String target;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (Files.isRegularFile(Path.of(target))) {
            Map<String, Object> settings = Metadata.read(Path.of(target)).orElse(null);
            if (settings == null) {
                out.println(target + " was not made by wan4j: it carries no settings");
                return ExitCode.FAILED;
            }
            for (Map.Entry<String, Object> setting : settings.entrySet()) {
                out.println(String.format(Locale.ROOT, "%-12s", setting.getKey())
                        + new JsonMapper().writeValueAsString(setting.getValue()));
            }
            return ExitCode.OK;
        }
        Inspection inspection = Inspection.of(
                ModelSource.of(target), EngineConfig.fromEnvironment().cacheDir());
        out.println(inspection);
        return inspection.isComplete() ? ExitCode.OK : ExitCode.FAILED;
    }
}
