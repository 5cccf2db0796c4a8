package io.github.wan4j.models.plan;

import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.RunReport.Choice;
import io.github.wan4j.video.Tier;
import io.github.wan4j.video.Wish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Grants wishes: finds the tier and the number of steps that meet them, among those whose quality was measured. */
public final class Wishes {
    /** A plan that meets the wish, and the line of the table that it was chosen by. */
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

        /** The plan, which says why it is this one. */
        public ExecutionPlan explained(String wish) {
            return plan.with(new Choice("tier", row.tier().label(), wish + ": " + reason()));
        }

        double seconds() {
            return plan.placement().seconds().total();
        }
    }

    private static final Comparator<Granted> FASTER = Comparator.comparingDouble(Granted::seconds);
    private static final Comparator<Granted> WORSE =
            Comparator.comparingDouble(granted -> granted.row().psnr());

    private final Wish wish;
    private final QualityTable table;

    public Wishes(Wish wish, QualityTable table) {
        this.wish = wish;
        this.table = table;
    }

    /**
     * The best plan within the time or, where only a quality is asked for, the fastest that has it.
     *
     * @param request for the model's usual steps; its tier is replaced
     * @param only the one tier to choose from; null for all
     */
    public Granted grant(
            PlanRequest request, @Nullable Tier only, DeviceProfile device, @Nullable ModelNumbers numbers) {
        List<Granted> all = plans(request, only, device, numbers);
        List<Granted> good = all.stream().filter(this::isGood).toList();
        if (good.isEmpty()) {
            throw new InvalidRequestException("min-quality is " + wish.minQuality() + " dB, the best measured is "
                    + all.stream().max(WORSE).orElseThrow().reason());
        }
        List<Granted> granted = good.stream().filter(this::isInTime).toList();
        if (granted.isEmpty()) {
            throw new InvalidRequestException("it cannot be done within " + time() + ", the fastest is "
                    + good.stream().min(FASTER).orElseThrow().reason());
        }
        return wish.within() == null
                ? granted.stream().min(FASTER).orElseThrow()
                : granted.stream().max(WORSE.thenComparing(FASTER.reversed())).orElseThrow();
    }

    /** Of every line of the table that the device has the memory for. */
    private List<Granted> plans(
            PlanRequest request, @Nullable Tier only, DeviceProfile device, @Nullable ModelNumbers numbers) {
        List<Granted> plans = new ArrayList<>();
        @Nullable InvalidRequestException refused = null;
        for (QualityTable.Row row : table.rows()) {
            if (only != null && row.tier() != only) {
                continue;
            }
            PlanRequest tried = request.withSteps(row.steps(request.steps()))
                    .with(request.options().withTier(row.tier()));
            try {
                plans.add(new Granted(Planner.plan(tried, device, numbers), row));
            } catch (InvalidRequestException e) {
                refused = e;
            }
        }
        if (plans.isEmpty() && refused != null) {
            throw refused;
        }
        if (plans.isEmpty()) {
            throw new InvalidRequestException("no quality was measured for "
                    + request.model().name() + (only == null ? "" : " in tier " + only.label())
                    + ", give a tier and steps instead");
        }
        return plans;
    }

    /** The wish as it was written. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (wish.within() != null) {
            parts.add("within " + time());
        }
        if (wish.minQuality() != null) {
            parts.add("at least " + wish.minQuality() + " dB");
        }
        return String.join(" and ", parts);
    }

    private String time() {
        Duration within = wish.within();
        return within == null
                ? "any time"
                : within.toMillis() % 1000 == 0 ? within.toSeconds() + " s" : within.toMillis() / 1e3 + " s";
    }

    private boolean isGood(Granted granted) {
        return wish.minQuality() == null || granted.row().psnr() >= wish.minQuality();
    }

    private boolean isInTime(Granted granted) {
        Duration within = wish.within();
        return within == null || granted.seconds() <= within.toMillis() / 1e3;
    }
}
