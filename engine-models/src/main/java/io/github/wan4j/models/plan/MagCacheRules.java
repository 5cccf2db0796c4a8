package io.github.wan4j.models.plan;

import io.github.wan4j.models.plan.MagRatios.Defaults;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides by MagCache: with which ratios and settings, up to a threshold or for a speed-up. */
final class MagCacheRules {
    /** What SPEED aims for where nobody says. */
    static final double DEFAULT_SPEEDUP = 2;

    private final PlanRequest request;
    private final StepGrid grid;
    private final CachePolicy policy;
    private final MagRatios published;

    MagCacheRules(PlanRequest request, StepGrid grid, CachePolicy policy) {
        this.request = request;
        this.grid = grid;
        this.policy = policy;
        published =
                MagRatios.published(request.model().kind(), request.options().image());
    }

    /** The authors' rules to the letter, by the ratios that they published. */
    CacheDecision toTheLetter() {
        Defaults settings = settings(published);
        PublishedMagCache rule = new PublishedMagCache(request.model().kind(), grid, published, settings);
        return new CacheDecision(
                Method.MAGCACHE_PUBLISHED,
                rule.mask(Branch.COND),
                rule.mask(Branch.UNCOND),
                settings.threshold(),
                origin(published, "published for " + published.name()),
                List.of());
    }

    /** By what was measured on the model, else by what was published for it. */
    CacheDecision decide(Optional<Calibration> calibration) {
        MagRatios ratios = calibration
                .map(found -> found.magRatios(published.defaults(), grid.steps()))
                .orElse(published);
        String origin = origin(
                ratios,
                calibration
                        .map(found -> "measured on " + ratios.name() + ", " + found.source())
                        .orElse("published for " + ratios.name()));
        Defaults settings = settings(ratios);
        PlanOptions options = request.options();
        boolean tiersChoice = options.speedup() == null && options.cache() == null && options.tier() == Tier.SPEED;
        Double speedup = tiersChoice ? Double.valueOf(DEFAULT_SPEEDUP) : options.speedup();
        if (speedup == null) {
            Reuse.Decision decision = reuse(ratios, settings).below(settings.threshold());
            return CacheDecision.of(Method.MAGCACHE, decision, origin, List.of());
        }
        List<String> notes = List.of();
        Reuse reuse = reuse(ratios, settings);
        for (Defaults looser : calibration.isPresent() ? looserMeasured(settings) : looser(settings)) {
            if (reuse.allows(speedup, request.uncachedForwards())) {
                break;
            }
            reuse = reuse(ratios, looser);
            notes = List.of("for a speed-up of " + speedup + " up to " + looser.k() + " steps in a row are reused, and "
                    + retained(looser) + " are always computed");
        }
        double aim = tiersChoice ? Math.min(speedup, reuse.mostSpeedup(request.uncachedForwards())) : speedup;
        return CacheDecision.of(Method.MAGCACHE, reuse.forSpeedup(aim, request.uncachedForwards()), origin, notes);
    }

    private Reuse reuse(MagRatios ratios, Defaults settings) {
        return new Reuse(
                grid, step -> grid.isAmongFirst(step, settings::retention), new MagCache(grid, ratios, settings.k()));
    }

    private Defaults settings(MagRatios ratios) {
        Defaults defaults = ratios.defaults();
        Double retention = policy.retention();
        return new Defaults(
                policy.threshold() == null ? defaults.threshold() : policy.threshold(),
                policy.k() == null ? defaults.k() : policy.k(),
                retention == null ? defaults.retention() : retention,
                retention == null ? defaults.retentionHigh() : retention);
    }

    private static String retained(Defaults settings) {
        long high = Math.round(100 * settings.retentionHigh());
        long low = Math.round(100 * settings.retention());
        return high == low
                ? low + " % of each expert's first steps"
                : high + " % of the first steps at high noise and " + low + " % at low noise";
    }

    /** What may be given way to for a speed-up, one thing after the other; what the caller set stays. */
    private List<Defaults> looser(Defaults settings) {
        List<Defaults> looser = new ArrayList<>();
        for (double retention : new double[] {0.2, 0.1}) {
            looser.add(loosened(settings, settings.k(), retention));
        }
        for (int k : new int[] {3, 4, 6}) {
            looser.add(loosened(settings, k, 0.1));
        }
        return looser;
    }

    /** The same where the settings are a calibration's: reusing more in a row costs less than reusing the first steps. */
    private List<Defaults> looserMeasured(Defaults settings) {
        List<Defaults> looser = new ArrayList<>();
        for (int more : new int[] {1, 2, 4}) {
            for (double share : new double[] {1, 0.85, 0.7, 0.5, 0.3, 0}) {
                looser.add(new Defaults(
                        settings.threshold(),
                        policy.k() == null ? settings.k() + more : settings.k(),
                        policy.retention() == null ? settings.retention() * share : settings.retention(),
                        policy.retention() == null ? settings.retentionHigh() * share : settings.retentionHigh()));
            }
        }
        return looser;
    }

    private Defaults loosened(Defaults settings, int k, double retention) {
        boolean mayRetainLess = policy.retention() == null;
        return new Defaults(
                settings.threshold(),
                policy.k() == null ? Math.max(k, settings.k()) : settings.k(),
                mayRetainLess ? Math.min(retention, settings.retention()) : settings.retention(),
                mayRetainLess ? Math.min(retention, settings.retentionHigh()) : settings.retentionHigh());
    }

    private String origin(MagRatios ratios, String found) {
        return "ratios " + found
                + (ratios.steps() == grid.steps() ? "" : ", stretched from " + ratios.steps() + " steps");
    }
}
