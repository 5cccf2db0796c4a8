package io.github.wan4j.bench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.pipeline.DryRun;
import io.github.wan4j.models.pipeline.Target;
import io.github.wan4j.models.plan.DeviceProfile;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.video.Limits;
import io.github.wan4j.video.VideoRequest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** {@code wan plan}: what a job would do, before anything touches a device. */
@CommandLine.Command(
        name = "plan",
        description = "Shows what a job would do, step by step, and what memory and time it would take.",
        mixinStandardHelpOptions = true,
        synopsisHeading = "Usage: ",
        customSynopsis = "wan plan [OPTION...]",
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PlanCommand implements Callable<Integer> {
    @Option(
            names = "--model",
            paramLabel = "DIR|NAME",
            defaultValue = "mini-t2v",
            description = "As for generate, or t2v-a14b, i2v-a14b, ti2v-5b, which need no weights.")
    private String model;

    @Option(
            names = "--device-profile",
            paramLabel = "NAME",
            description =
                    "Plan for a card that need not be there: rtx-4080 to h200. Default: the device of this machine.")
    private @Nullable String profile;

    @Option(names = "--max", description = "Show the longest video of this size that fits instead.")
    private boolean longest;

    @Option(names = "--json", description = "One JSON object for machines.")
    private boolean json;

    @ArgGroup(validate = false, heading = "%nWhat to make; the model chooses what is left open:%n", order = 1)
    private final RequestOptions requestOptions = new RequestOptions();

    @ArgGroup(validate = false, heading = "%nWhat may be left out:%n", order = 2)
    private final ShortcutOptions shortcutOptions = new ShortcutOptions();

    @ArgGroup(validate = false, heading = "%nHow to compute:%n", order = 3)
    private final DeviceOptions deviceOptions = new DeviceOptions();

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        Options options = new Options();
        VideoRequest.Builder asked = requestOptions.read("", options);
        shortcutOptions.read(asked, options);
        List<DeviceProfile> device = new ArrayList<>();
        options.read(profile, DeviceProfile::named, device::add);
        EngineConfig config = deviceOptions.config(options);
        VideoRequest request = asked.build(valid -> options.problems());
        options.requireFine();
        if (config == null) {
            throw new IllegalStateException("what is wrong with the settings was not noted");
        }
        Target target = device.isEmpty() ? Target.here(config) : Target.of(device.get(0), config);
        DryRun dryRun = DryRun.of(model, config);
        PrintWriter out = spec.commandLine().getOut();
        if (longest) {
            Limits limits = dryRun.limits(request, target);
            out.println(limits.maxFrames() + " frames of " + limits.size() + " at most on "
                    + target.device().title() + ", the model was made for " + limits.trainedFrames());
            limits.notes().forEach(out::println);
            return ExitCode.OK;
        }
        ExecutionPlan plan = dryRun.plan(request, target);
        out.println(json ? new JsonMapper().writeValueAsString(plan.toJson()) : plan.toString());
        return ExitCode.OK;
    }
}
