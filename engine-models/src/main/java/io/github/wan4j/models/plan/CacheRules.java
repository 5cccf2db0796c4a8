package io.github.wan4j.models.plan;

import io.github.wan4j.models.plan.TeaCache.Polynomial;
import io.github.wan4j.models.sampler.Schedule;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Tier;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides what to reuse in one plan: picks the method, its numbers and its settings, and asks it. */
final class CacheRules {
    /** What SPEED aims for where nobody says. */
    static final double DEFAULT_SPEEDUP = 2;

    private final PlanRequest request;
    private final StepGrid grid;
    private final Schedule schedule;
    private final LatentShape latent;
    private final @Nullable ModelNumbers numbers;
    private final PlanOptions options;

    CacheRules(
            PlanRequest request, StepGrid grid, Schedule schedule, LatentShape latent, @Nullable ModelNumbers numbers) {
        this.request = request;
        this.grid = grid;
        this.schedule = schedule;
        this.latent = latent;
        this.numbers = numbers;
        this.options = request.options();
    }

    CacheDecision decide() {
        CachePolicy policy = policy();
        return switch (policy.method()) {
            case NONE -> CacheDecision.none(grid.steps());
            case MASK -> mask(Objects.requireNonNull(policy.mask()));
            case MAGCACHE -> hasStepsToSpare() ? magCache(policy) : stepless();
            case MAGCACHE_PUBLISHED -> hasStepsToSpare() ? publishedMagCache(policy) : stepless();
            case TEACACHE -> hasStepsToSpare() ? teaCache(policy) : stepless();
        };
    }

    /** What was asked for; else the tier's own choice. */
    private CachePolicy policy() {
        if (options.cache() != null) {
            return options.cache();
        }
        boolean reuse = options.speedup() != null || options.tier() == Tier.BALANCED || options.tier() == Tier.SPEED;
        return reuse ? CachePolicy.magCache() : CachePolicy.none();
    }

    private boolean hasStepsToSpare() {
        return !request.model().distilled() && grid.steps() > MagCache.FEW_STEPS;
    }

    private CacheDecision stepless() {
        String reason = request.model().distilled()
                ? "nothing is reused: a distilled model has no step to spare"
                : "nothing is reused: " + grid.steps() + " steps are too few, it takes more than " + MagCache.FEW_STEPS;
        if (options.speedup() != null && options.speedup() > 1) {
            throw new InvalidRequestException("speedup is " + options.speedup() + ", take 1; " + reason);
        }
        return CacheDecision.none(grid.steps(), reason);
    }

    private CacheDecision mask(String text) {
        SkipMask mask = SkipMask.parse(text);
        List<String> problems = new ArrayList<>();
        if (mask.steps() != grid.steps()) {
            problems.add(
                    "mask has " + mask.steps() + " steps, the run has " + grid.steps() + ", take " + repaired(mask));
        } else if (!repaired(mask).equals(mask)) {
            problems.add("mask reuses a step that has to be computed (the first of each expert, the first of the "
                    + "negative branch, the last), take " + repaired(mask));
        }
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
        return new CacheDecision(Method.MASK, mask, mask, null, "as given", List.of());
    }

    private SkipMask repaired(SkipMask mask) {
        return SkipMask.of(grid.steps(), step -> step >= mask.steps() || mask.computes(step) || grid.forced(step));
    }

    private MagRatios published() {
        return MagRatios.published(request.model().kind(), options.image());
    }

    private Optional<Calibration> calibration() {
        return numbers == null ? Optional.empty() : numbers.calibration();
    }

    private CacheDecision publishedMagCache(CachePolicy policy) {
        MagRatios ratios = published();
        MagRatios.Defaults settings = settings(ratios, policy);
        PublishedMagCache rule = new PublishedMagCache(request.model().kind(), grid, ratios, settings);
        return new CacheDecision(
                Method.MAGCACHE_PUBLISHED,
                rule.mask(Branch.COND),
                rule.mask(Branch.UNCOND),
                settings.threshold(),
                origin(ratios, "published for " + ratios.name()),
                List.of());
    }

    private CacheDecision magCache(CachePolicy policy) {
        MagRatios published = published();
        Optional<Calibration> calibration = calibration();
        MagRatios ratios = calibration
                .map(found -> found.magRatios(published.defaults(), grid.steps()))
                .orElse(published);
        String origin = origin(
                ratios,
                calibration
                        .map(found -> "measured on " + ratios.name() + ", " + found.source())
                        .orElse("published for " + ratios.name()));
        MagRatios.Defaults settings = settings(ratios, policy);
        boolean tiersChoice = options.speedup() == null && options.cache() == null && options.tier() == Tier.SPEED;
        Double speedup = tiersChoice ? Double.valueOf(DEFAULT_SPEEDUP) : options.speedup();
        if (speedup == null) {
            return decision(Method.MAGCACHE, reuse(ratios, settings).below(settings.threshold()), origin);
        }
        List<String> notes = List.of();
        Reuse reuse = reuse(ratios, settings);
        for (MagRatios.Defaults looser : looser(settings, policy)) {
            if (reuse.allows(speedup, request.uncachedForwards())) {
                break;
            }
            reuse = reuse(ratios, looser);
            notes = List.of("for a speed-up of " + speedup + " up to " + looser.k()
                    + " steps in a row are reused, and " + Math.round(100 * looser.retention())
                    + " % of each expert's first steps are always computed");
        }
        double aim = tiersChoice ? Math.min(speedup, reuse.mostSpeedup(request.uncachedForwards())) : speedup;
        Reuse.Decision decision = reuse.forSpeedup(aim, request.uncachedForwards());
        return new CacheDecision(
                Method.MAGCACHE, decision.mask(), decision.mask(), decision.threshold(), origin, notes);
    }

    private Reuse reuse(MagRatios ratios, MagRatios.Defaults settings) {
        return new Reuse(
                grid, step -> grid.isAmongFirst(step, settings::retention), new MagCache(grid, ratios, settings.k()));
    }

    private static MagRatios.Defaults settings(MagRatios ratios, CachePolicy policy) {
        return new MagRatios.Defaults(
                policy.threshold() == null ? ratios.defaults().threshold() : policy.threshold(),
                policy.k() == null ? ratios.defaults().k() : policy.k(),
                policy.retention() == null ? ratios.defaults().retention() : policy.retention(),
                policy.retention() == null ? ratios.defaults().retentionHigh() : policy.retention());
    }

    /** What may be given way to for a speed-up, one thing after the other; what the caller set stays. */
    private static List<MagRatios.Defaults> looser(MagRatios.Defaults settings, CachePolicy policy) {
        List<MagRatios.Defaults> looser = new ArrayList<>();
        looser.add(new MagRatios.Defaults(
                settings.threshold(),
                policy.k() == null ? Math.max(2, settings.k()) : settings.k(),
                settings.retention(),
                settings.retentionHigh()));
        for (double retention : new double[] {0.2, 0.1}) {
            looser.add(loosened(settings, policy, settings.k(), retention));
        }
        for (int k : new int[] {3, 4, 6}) {
            looser.add(loosened(settings, policy, k, 0.1));
        }
        return looser;
    }

    private static MagRatios.Defaults loosened(
            MagRatios.Defaults settings, CachePolicy policy, int k, double retention) {
        return new MagRatios.Defaults(
                settings.threshold(),
                policy.k() == null ? Math.max(k, settings.k()) : settings.k(),
                policy.retention() == null ? Math.min(retention, settings.retention()) : settings.retention(),
                policy.retention() == null ? Math.min(retention, settings.retentionHigh()) : settings.retentionHigh());
    }

    private String origin(MagRatios ratios, String found) {
        return "ratios " + found
                + (ratios.steps() == grid.steps() ? "" : ", stretched from " + ratios.steps() + " steps");
    }

    private CacheDecision teaCache(CachePolicy policy) {
        boolean ret = Boolean.TRUE.equals(policy.ret());
        Map<Expert, Polynomial> polynomials = polynomials(ret);
        if (numbers == null) {
            throw new InvalidRequestException(
                    "teacache decides from time embeddings, which are computed from the weights of "
                            + "a model: give a folder with weights instead of the bare name "
                            + request.model().name()
                            + ", or take magcache");
        }
        TeaCache.Embeddings embeddings = TeaCache.Embeddings.of(request, latent, numbers, ret);
        Reuse reuse = new Reuse(
                grid,
                step -> step < TeaCache.alwaysComputed(grid.steps())
                        || (ret && grid.isAmongFirst(step, expert -> TeaCache.FIRST_STEPS)),
                new TeaCache(grid, TeaCache.distances(grid, schedule::timestep, embeddings), polynomials));
        double threshold = policy.threshold() == null ? CachePolicy.DEFAULT_TEACACHE_THRESHOLD : policy.threshold();
        Reuse.Decision decision = options.speedup() == null
                ? reuse.below(threshold)
                : reuse.forSpeedup(options.speedup(), request.uncachedForwards());
        return decision(Method.TEACACHE, decision, origin(polynomials));
    }

    /** Where the polynomials came from, by expert if not from the same place. */
    private static String origin(Map<Expert, Polynomial> polynomials) {
        List<String> origins =
                polynomials.values().stream().map(Polynomial::origin).distinct().toList();
        return origins.size() == 1
                ? origins.get(0)
                : polynomials.entrySet().stream()
                        .map(entry -> entry.getValue().origin() + " ("
                                + entry.getKey().label() + ")")
                        .collect(Collectors.joining("; "));
    }

    /** What was fitted for each expert; else what was published for the model, or for the one nearest to it. */
    private Map<Expert, Polynomial> polynomials(boolean ret) {
        Optional<Calibration> calibration = calibration();
        Map<Expert, Polynomial> polynomials = new EnumMap<>(Expert.class);
        for (Run run : grid.runs()) {
            polynomials.put(
                    run.expert(),
                    calibration
                            .flatMap(found -> found.polynomial(run.expert(), ret))
                            .orElseGet(() -> published(ret)));
        }
        return polynomials;
    }

    private Polynomial published(boolean ret) {
        Polynomial published = Polynomial.published(request.model().kind(), ret, latent.tokens());
        if (published == null) {
            throw new InvalidRequestException(
                    "no ret polynomial was published for " + request.model().kind() + ", take the no-ret mode");
        }
        return published;
    }

    private static CacheDecision decision(Method method, Reuse.Decision decision, String origin) {
        return new CacheDecision(method, decision.mask(), decision.mask(), decision.threshold(), origin, List.of());
    }
}
