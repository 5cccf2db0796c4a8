package io.github.wan4j.video;

import org.jspecify.annotations.Nullable;

/**
 * What a run may leave out or make cheaper. What is null is the tier's own choice.
 *
 * @param cache which steps reuse what an earlier one computed
 * @param guidance the steps in which the negative prompt takes part; null for all
 * @param speedup passes of a plain run divided by those planned
 * @param batchGuidance whether both prompts go through the transformer in one forward; null where the plan decides
 * @param strict whether a wish that cannot be met is an error, instead of a step down that the report tells of
 */
public record Shortcuts(
        @Nullable Tier tier,
        @Nullable CachePolicy cache,
        @Nullable Interval guidance,
        @Nullable Double speedup,
        @Nullable Boolean batchGuidance,
        boolean strict) {
    /** Nothing asked for. */
    public static final Shortcuts NONE = new Shortcuts(null, null, null, null, null, false);

    /** Steps counted from 1, both ends included. */
    public record Interval(int first, int last) {}

    Shortcuts withTier(Tier value) {
        return new Shortcuts(value, cache, guidance, speedup, batchGuidance, strict);
    }

    Shortcuts withCache(CachePolicy value) {
        return new Shortcuts(tier, value, guidance, speedup, batchGuidance, strict);
    }

    Shortcuts withGuidance(Interval value) {
        return new Shortcuts(tier, cache, value, speedup, batchGuidance, strict);
    }

    Shortcuts withSpeedup(double value) {
        return new Shortcuts(tier, cache, guidance, value, batchGuidance, strict);
    }

    Shortcuts withBatchGuidance(boolean value) {
        return new Shortcuts(tier, cache, guidance, speedup, value, strict);
    }

    Shortcuts withStrict(boolean value) {
        return new Shortcuts(tier, cache, guidance, speedup, batchGuidance, value);
    }
}
