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
        Unit unit = Unit.of(memory);
        text.append("memory, %s         encode  denoise  decode  (%s)\n".formatted(unit.label(), memory.arrangement()));
        for (MemoryEstimate.Part part : memory.parts()) {
            text.append(unit.row("  " + part.name(), part.encode(), part.denoise(), part.decode()));
        }
        text.append(unit.row("  in all", memory.encode(), memory.denoise(), memory.decode()));
        text.append("  host %s\n".formatted(unit.number(memory.hostBytes())));
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

    /** What memory is told in: a small model in MiB, or all would be 0.0. */
    private enum Unit {
        MIB(1L << 20, 0),
        GIB(1L << 30, 1);

        private final double bytes;
        private final int decimals;

        Unit(long bytes, int decimals) {
            this.bytes = bytes;
            this.decimals = decimals;
        }

        static Unit of(MemoryEstimate memory) {
            return memory.peak() < 2 * GIB.bytes ? MIB : GIB;
        }

        String label() {
            return this == MIB ? "MiB" : "GiB";
        }

        String number(long value) {
            return String.format(Locale.ROOT, "%." + decimals + "f", value / bytes);
        }

        String row(String name, long encode, long denoise, long decode) {
            return "%-18s  %6s  %7s  %6s\n".formatted(name, number(encode), number(denoise), number(decode));
        }
    }

    /** At most two decimals, none where there is nothing to say. */
    private static String number(double value) {
        return value == Math.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.2f", value).replaceFirst("0$", "");
    }
}
