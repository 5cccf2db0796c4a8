package io.github.wan4j.models.plan;

import io.github.wan4j.models.sampler.Schedule;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides what to reuse in one plan: picks the method, sees whether there is anything to spare, and asks it. */
final class CacheRules {
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
            case MAGCACHE, MAGCACHE_PUBLISHED, TEACACHE -> hasStepsToSpare() ? measured(policy) : stepless();
        };
    }

    /** By numbers that were measured on some model. */
    private CacheDecision measured(CachePolicy policy) {
        if (policy.method() == Method.TEACACHE) {
            return new TeaCacheRules(request, grid, latent, policy).decide(schedule, numbers);
        }
        MagCacheRules rules = new MagCacheRules(request, grid, policy);
        return policy.method() == Method.MAGCACHE
                ? rules.decide(numbers == null ? Optional.empty() : numbers.calibration())
                : rules.toTheLetter();
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
}
