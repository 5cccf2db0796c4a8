package io.github.wan4j.models.plan;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan for people: what it is for, a line a step, the mask of each expert in one line, what it adds up to. */
final class PlanTable {
    private final ExecutionPlan plan;

    PlanTable(ExecutionPlan plan) {
        this.plan = plan;
    }

    @Override
    public String toString() {
        return head() + steps() + picture() + sums() + estimates();
    }

    private String head() {
        PlanRequest request = plan.request();
        Placement placement = plan.placement();
        return "%s, %s, %d frames, latents %s, %d tokens\n%s, guidance %s\ntier %s on %s, %s\nreuse: %s\n"
                .formatted(
                        request.model().name(),
                        request.size(),
                        request.frames(),
                        plan.latent(),
                        plan.tokens(),
                        plan.schedule(),
                        request.guidance(),
                        request.options().tier().label(),
                        placement.device().title(),
                        placement.numerics(),
                        plan.cache());
    }

    private String steps() {
        StringBuilder table = new StringBuilder("step  timestep   sigma  expert  guidance  cond  uncond\n");
        for (PlannedStep step : plan.steps()) {
            table.append(String.format(
                            Locale.ROOT,
                            "%4d  %8s  %6.4f  %-6s  %8s  %4s  %6s",
                            step.index() + 1,
                            number(step.timestep()),
                            step.sigma(),
                            step.expert().label(),
                            step.guided() ? number(step.guidance()) : "",
                            step.cond().mark(),
                            step.uncond().mark())
                    .stripTrailing());
            table.append('\n');
        }
        return table.toString();
    }

    /** {@code high ###.##.} and {@code low #.##}. */
    private String picture() {
        StringBuilder lines = new StringBuilder();
        for (Expert expert : plan.forwardsBy().keySet()) {
            String marks = plan.steps().stream()
                    .filter(step -> step.expert() == expert)
                    .map(step -> String.valueOf(step.cond().mark()))
                    .collect(Collectors.joining());
            lines.append(String.format("%-6s  %s\n", expert.label(), marks));
        }
        return lines.toString();
    }

    private String sums() {
        String parts = plan.forwardsBy().entrySet().stream()
                .map(entry -> "%s %d + %d"
                        .formatted(
                                entry.getKey().label(),
                                entry.getValue().get(Branch.COND),
                                entry.getValue().get(Branch.UNCOND)))
                .collect(Collectors.joining(", "));
        return "%d forwards: %s\n".formatted(plan.forwards(), parts);
    }

    private String estimates() {
        Placement placement = plan.placement();
        StringBuilder text = new StringBuilder();
        MemoryEstimate memory = placement.memory();
        text.append("memory, GiB         encode  denoise  decode  (%s)\n".formatted(memory.arrangement()));
        for (MemoryEstimate.Part part : memory.parts()) {
            text.append(row("  " + part.name(), part.encode(), part.denoise(), part.decode()));
        }
        text.append(row("  in all", memory.encode(), memory.denoise(), memory.decode()));
        text.append(String.format(Locale.ROOT, "  host %.1f\n", PlacementRules.gib(memory.hostBytes())));
        String seconds = placement.seconds().byStage().entrySet().stream()
                .map(stage -> String.format(Locale.ROOT, "%s %.1f", stage.getKey(), stage.getValue()))
                .collect(Collectors.joining(", "));
        text.append("seconds: ").append(seconds).append('\n');
        placement
                .choices()
                .forEach(choice ->
                        text.append("%s: %s (%s)\n".formatted(choice.name(), choice.value(), choice.reason())));
        plan.cache().notes().forEach(note -> text.append("note: ").append(note).append('\n'));
        placement
                .warnings()
                .forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        return text.toString();
    }

    private static String row(String name, long encode, long denoise, long decode) {
        return String.format(
                Locale.ROOT,
                "%-18s  %6.1f  %7.1f  %6.1f\n",
                name,
                PlacementRules.gib(encode),
                PlacementRules.gib(denoise),
                PlacementRules.gib(decode));
    }

    /** At most two decimals, none where there is nothing to say. */
    private static String number(double value) {
        return value == Math.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.2f", value).replaceFirst("0$", "");
    }
}
