package io.github.wan4j.models.plan;

import io.github.wan4j.video.InvalidRequestException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a video may take and how good it has to be, instead of a tier and a number of steps.
 *
 * @param within the longest that the job may take, loading included; null for as long as it needs
 * @param minQuality the least PSNR to EXACT, in dB; null for whatever the time allows
 */
public record Wishes(@Nullable Duration within, @Nullable Double minQuality) {
    /** A plan that meets the wishes, and the line of the table that it was chosen by. */
    public record Granted(ExecutionPlan plan, QualityTable.Row row) {
        /** What was chosen, in a sentence. */
        public String reason() {
            return String.format(
                    Locale.ROOT,
                    "tier %s with %d steps: about %.0f s, %.1f dB measured",
                    row.tier().label(),
                    plan.steps().size(),
                    seconds(),
                    row.psnr());
        }

        double seconds() {
            return plan.placement().seconds().total();
        }
    }

    private static final Comparator<Granted> FASTER = Comparator.comparingDouble(Granted::seconds);
    private static final Comparator<Granted> WORSE =
            Comparator.comparingDouble(granted -> granted.row().psnr());

    /**
     * The best plan within the time or, where only a quality is asked for, the fastest that has it.
     *
     * @param request for the model's usual steps; its tier is replaced
     */
    public Granted grant(PlanRequest request, DeviceProfile device, QualityTable table) {
        List<Granted> all = table.rows().stream()
                .map(row -> new Granted(
                        Planner.plan(
                                request.withSteps(row.steps(request.steps()))
                                        .with(request.options().withTier(row.tier())),
                                device,
                                null),
                        row))
                .toList();
        if (all.isEmpty()) {
            throw new InvalidRequestException("no quality was measured for this model, give a tier and steps instead");
        }
        List<Granted> good = all.stream().filter(this::isGood).toList();
        if (good.isEmpty()) {
            throw new InvalidRequestException("min-quality is " + minQuality + " dB, the best measured is "
                    + all.stream().max(WORSE).orElseThrow().reason());
        }
        List<Granted> granted = good.stream().filter(this::isInTime).toList();
        if (granted.isEmpty()) {
            throw new InvalidRequestException("it cannot be done within "
                    + (within == null ? "any time" : within.toSeconds() + " s") + ", the fastest is "
                    + good.stream().min(FASTER).orElseThrow().reason());
        }
        return within == null
                ? granted.stream().min(FASTER).orElseThrow()
                : granted.stream().max(WORSE.thenComparing(FASTER.reversed())).orElseThrow();
    }

    private boolean isGood(Granted granted) {
        return minQuality == null || granted.row().psnr() >= minQuality;
    }

    private boolean isInTime(Granted granted) {
        return within == null || granted.seconds() <= within.toMillis() / 1e3;
    }
}
