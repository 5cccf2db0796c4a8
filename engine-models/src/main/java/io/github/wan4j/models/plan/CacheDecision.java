package io.github.wan4j.models.plan;

import io.github.wan4j.video.CachePolicy.Method;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is reused, and why.
 *
 * @param method as carried out; {@link Method#NONE} also where the one asked for was set aside
 * @param threshold the error that no run of reused steps reaches; null where none was asked for or solved for
 * @param origin where the numbers behind it came from; empty where none are needed
 * @param notes what the caller should know, one sentence each
 */
public record CacheDecision(
        Method method,
        SkipMask cond,
        SkipMask uncond,
        @Nullable Double threshold,
        String origin,
        List<String> notes) {
    public CacheDecision {
        notes = List.copyOf(notes);
    }

    static CacheDecision none(int steps, String... notes) {
        SkipMask all = SkipMask.none(steps);
        return new CacheDecision(Method.NONE, all, all, null, "", List.of(notes));
    }

    /** The same steps of both branches. */
    static CacheDecision of(Method method, Reuse.Decision decision, String origin, List<String> notes) {
        return new CacheDecision(method, decision.mask(), decision.mask(), decision.threshold(), origin, notes);
    }

    /** In a line: {@code magcache, threshold 0.06, published for wan2.2-t2v-a14b}. */
    @Override
    public String toString() {
        return method.label()
                + (threshold == null
                        ? ""
                        : ", threshold "
                                + BigDecimal.valueOf(threshold)
                                        .round(new MathContext(3))
                                        .stripTrailingZeros()
                                        .toPlainString())
                + (origin.isEmpty() ? "" : ", " + origin);
    }
}
