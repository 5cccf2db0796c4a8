package io.github.wan4j.models.plan;

import io.github.wan4j.core.Residency;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.Tier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of a plan beyond the video itself. What is null is the tier's own choice.
 *
 * @param image whether the video begins with an image
 * @param guidanceInterval steps in which the negative branch runs; null for all
 * @param speedup passes of a plain run divided by those planned
 * @param strict whether a wish that cannot be met is an error, instead of a step down
 * @param wishes how it is to run
 */
public record PlanOptions(
        Tier tier,
        boolean image,
        @Nullable CachePolicy cache,
        @Nullable StepInterval guidanceInterval,
        @Nullable Double speedup,
        boolean strict,
        PlacementWishes wishes) {
    /** The default tier, and nothing asked for. */
    public static final PlanOptions DEFAULT =
            new PlanOptions(Tier.QUALITY, false, null, null, null, false, PlacementWishes.NONE);

    public PlanOptions withTier(Tier value) {
        return new PlanOptions(value, image, cache, guidanceInterval, speedup, strict, wishes);
    }

    public PlanOptions withImage(boolean value) {
        return new PlanOptions(tier, value, cache, guidanceInterval, speedup, strict, wishes);
    }

    public PlanOptions withCache(CachePolicy value) {
        return new PlanOptions(tier, image, value, guidanceInterval, speedup, strict, wishes);
    }

    /** Every step computed, whatever the tier says. */
    public PlanOptions withoutReuse() {
        return new PlanOptions(tier, image, CachePolicy.none(), guidanceInterval, null, strict, wishes);
    }

    public PlanOptions withGuidanceInterval(StepInterval value) {
        return new PlanOptions(tier, image, cache, value, speedup, strict, wishes);
    }

    public PlanOptions withSpeedup(double value) {
        return new PlanOptions(tier, image, cache, guidanceInterval, value, strict, wishes);
    }

    public PlanOptions withStrict(boolean value) {
        return new PlanOptions(tier, image, cache, guidanceInterval, speedup, value, wishes);
    }

    public PlanOptions withWishes(PlacementWishes value) {
        return new PlanOptions(tier, image, cache, guidanceInterval, speedup, strict, value);
    }

    public PlanOptions withPrecision(Products value) {
        return withWishes(wishes.withPrecision(value));
    }

    public PlanOptions withResidency(Residency value) {
        return withWishes(wishes.withResidency(value));
    }

    public PlanOptions withBatchGuidance(boolean value) {
        return withWishes(wishes.withBatchGuidance(value));
    }

    /** What is wrong with them for a number of steps, one sentence each; empty when nothing is. */
    List<String> problems(int steps) {
        List<String> problems = new ArrayList<>();
        if (cache != null) {
            problems.addAll(cache.problems());
        }
        if (guidanceInterval != null) {
            problems.addAll(guidanceInterval.problems(steps));
        }
        if (speedup != null) {
            if (!(speedup >= 1 && speedup < Double.POSITIVE_INFINITY)) {
                problems.add("speedup is " + speedup + ", take 1 or more");
            }
            if (cache != null && cache.threshold() != null) {
                problems.add("threshold and speedup are both given, give one of them");
            }
            if (cache != null && cache.method() != Method.MAGCACHE && cache.method() != Method.TEACACHE) {
                problems.add("speedup is given, which cache " + cache.method().label()
                        + " cannot aim for, take magcache or teacache");
            }
        }
        return problems;
    }
}
