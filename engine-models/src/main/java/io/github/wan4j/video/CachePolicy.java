package io.github.wan4j.video;

import io.github.wan4j.core.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which steps may reuse what the blocks added at an earlier one. What is null takes the method's default.
 *
 * @param threshold error that a run of reused steps may gather before the next is computed
 * @param k most steps reused in a row, for MagCache
 * @param retention share of each expert's first steps that are always computed, for MagCache
 * @param ret for TeaCache: whether to compare the projected time embedding, and to compute more steps at the start
 * @param mask for {@link Method#MASK}: one character a step, {@code #} to compute and {@code .} to reuse
 */
public record CachePolicy(
        Method method,
        @Nullable Double threshold,
        @Nullable Integer k,
        @Nullable Double retention,
        @Nullable Boolean ret,
        @Nullable String mask) {

    /** How it is decided what to reuse. */
    public enum Method {
        /** Every step is computed. */
        NONE,
        /** By calibrated ratios of what the blocks add from step to step. */
        MAGCACHE,
        /** The same by the rules of MagCache's authors to the letter. */
        MAGCACHE_PUBLISHED,
        /** By how far the time embedding has moved. */
        TEACACHE,
        /** As the caller says. */
        MASK;

        /** The name on the command line and in reports. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public static final double DEFAULT_TEACACHE_THRESHOLD = 0.25;

    /** How TeaCache in its ret mode is asked for by name. */
    private static final String RET = "teacache-ret";

    public static CachePolicy of(Method method) {
        return new CachePolicy(method, null, null, null, null, null);
    }

    public static CachePolicy none() {
        return of(Method.NONE);
    }

    public static CachePolicy magCache() {
        return of(Method.MAGCACHE);
    }

    public static CachePolicy teaCache() {
        return of(Method.TEACACHE);
    }

    public static CachePolicy mask(String mask) {
        return new CachePolicy(Method.MASK, null, null, null, null, mask);
    }

    /** Reads a method's name in any case; one that is unknown is refused together with the nearest that is known. */
    public static CachePolicy parse(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        if (wanted.equals(RET)) {
            return teaCache().withRet(true);
        }
        return Arrays.stream(Method.values())
                .filter(method -> method != Method.MASK && method.label().equals(wanted))
                .findFirst()
                .map(CachePolicy::of)
                .orElseThrow(() -> new InvalidRequestException("unknown cache '" + text + "', did you mean '"
                        + Names.nearest(wanted, labels()) + "'? There are " + String.join(", ", labels())));
    }

    public CachePolicy withThreshold(double value) {
        return new CachePolicy(method, value, k, retention, ret, mask);
    }

    public CachePolicy withK(int value) {
        return new CachePolicy(method, threshold, value, retention, ret, mask);
    }

    public CachePolicy withRetention(double value) {
        return new CachePolicy(method, threshold, k, value, ret, mask);
    }

    public CachePolicy withRet(boolean value) {
        return new CachePolicy(method, threshold, k, retention, value, mask);
    }

    /** What is wrong with it, one sentence each with the nearest valid value; a setting must be one its method has. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        boolean magCache = method == Method.MAGCACHE || method == Method.MAGCACHE_PUBLISHED;
        boolean teaCache = method == Method.TEACACHE;
        if (threshold != null) {
            double low = teaCache ? 0.1 : 0;
            if (!magCache && !teaCache) {
                problems.add("threshold is given, which cache " + method.label() + " does not have");
            } else if (!(threshold >= low && threshold <= 0.5)) {
                problems.add("threshold is " + threshold + ", " + method.label() + " takes " + low + " to 0.5, take "
                        + (threshold > 0.5 ? 0.5 : low));
            }
        }
        if (k != null && !magCache) {
            problems.add("magcache-k is given, which cache " + method.label() + " does not have");
        } else if (k != null && k < 1) {
            problems.add("magcache-k is " + k + ", take at least 1");
        }
        if (retention != null && !magCache) {
            problems.add("retention is given, which cache " + method.label() + " does not have");
        } else if (retention != null && !(retention >= 0 && retention <= 1)) {
            problems.add("retention is " + retention + ", take " + (retention > 1 ? 1 : 0));
        }
        if (ret != null && !teaCache) {
            problems.add("the ret mode is given, which cache " + method.label() + " does not have");
        }
        if (method == Method.MASK && mask == null) {
            problems.add("mask is missing, give one character a step");
        }
        return problems;
    }

    private static List<String> labels() {
        return Stream.concat(
                        Arrays.stream(Method.values())
                                .filter(method -> method != Method.MASK)
                                .map(Method::label),
                        Stream.of(RET))
                .toList();
    }
}
