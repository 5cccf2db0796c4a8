package io.github.wan4j.bench.cli;

import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Shortcuts;
import io.github.wan4j.video.Tier;
import io.github.wan4j.video.VideoRequest;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what a run may leave out. */
final class ShortcutOptions {
    private static final Pattern TIME = Pattern.compile("(\\d{1,7}(?:\\.\\d{1,3})?) ?(s|m|h|)");
    private static final Pattern INTERVAL = Pattern.compile("(\\d{1,6})-(\\d{1,6})");

    @Option(names = "--tier", paramLabel = "TIER", description = "exact, quality, balanced or speed. Default: quality.")
    private @Nullable String tier;

    @Option(
            names = "--cache",
            paramLabel = "METHOD",
            description = "Reuse what earlier steps computed: none, magcache, magcache-published, teacache"
                    + " or teacache-ret.")
    private @Nullable String cache;

    @Option(names = "--threshold", paramLabel = "X", description = "Error that reused steps may gather.")
    private @Nullable String threshold;

    @Option(names = "--magcache-k", paramLabel = "K", description = "Most steps reused in a row.")
    private @Nullable String k;

    @Option(names = "--retention", paramLabel = "R", description = "Share of each expert's first steps to compute.")
    private @Nullable String retention;

    @Option(
            names = "--mask",
            paramLabel = "##.#",
            description = "One character a step: # computes, . reuses; instead of --cache.")
    private @Nullable String mask;

    @Option(names = "--speedup", paramLabel = "X", description = "How many times fewer passes to aim for.")
    private @Nullable String speedup;

    @Option(
            names = "--guidance-interval",
            paramLabel = "FIRST-LAST",
            description = "Steps, from 1, in which the negative prompt takes part.")
    private @Nullable String guidanceInterval;

    @Option(
            names = "--within",
            paramLabel = "TIME",
            description = "Choose tier and steps so that it takes no longer, as 90s, 5m or 1h.")
    private @Nullable String within;

    @Option(
            names = "--min-quality",
            paramLabel = "DB",
            description = "Choose tier and steps so that it comes this near to the tier exact.")
    private @Nullable String minQuality;

    @Option(
            names = "--guidance-passes",
            paramLabel = "1|2|auto",
            description = "Both prompts in 1 pass through the transformer or in 2. Default: auto, what is faster.")
    private @Nullable String guidancePasses;

    @Option(names = "--strict", description = "Refuse what cannot be met, instead of stepping down.")
    private boolean strict;

    /** Adds what is asked for to the request. */
    void read(VideoRequest.Builder request, Options options) {
        options.read(tier, Tier::parse, request::tier);
        if (cache != null && mask != null) {
            options.problem("--cache and --mask both say what to reuse, give one of them");
        }
        options.read(mask, CachePolicy::mask, request::cache);
        if (mask == null) {
            readCache(request, options);
        }
        options.read(speedup, Options.number("--speedup"), request::speedup);
        options.read(
                guidanceInterval,
                ShortcutOptions::interval,
                steps -> request.guidanceInterval(steps.first(), steps.last()));
        options.read(within, ShortcutOptions::time, request::within);
        options.read(minQuality, Options.number("--min-quality"), request::minQuality);
        readPasses(request, options);
        request.strict(strict);
    }

    private void readCache(VideoRequest.Builder request, Options options) {
        if (cache == null) {
            if (threshold != null || k != null || retention != null) {
                options.problem("--threshold, --magcache-k and --retention belong to --cache, which is not given");
            }
            return;
        }
        options.read(cache, CachePolicy::parse, method -> {
            CachePolicy[] policy = {method};
            options.read(threshold, Options.number("--threshold"), x -> policy[0] = policy[0].withThreshold(x));
            options.read(k, Options.integer("--magcache-k"), x -> policy[0] = policy[0].withK(x));
            options.read(retention, Options.number("--retention"), x -> policy[0] = policy[0].withRetention(x));
            request.cache(policy[0]);
        });
    }

    private static Duration time(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidRequestException("--within is '" + text + "', write it as 90s, 5m or 1h");
        }
        double unit = switch (matcher.group(2)) {
            case "h" -> 3600e3;
            case "m" -> 60e3;
            default -> 1e3;
        };
        return Duration.ofMillis(Math.round(Double.parseDouble(matcher.group(1)) * unit));
    }

    private void readPasses(VideoRequest.Builder request, Options options) {
        if (guidancePasses == null || guidancePasses.equalsIgnoreCase("auto")) {
            return;
        }
        switch (guidancePasses) {
            case "1" -> request.batchGuidance(true);
            case "2" -> request.batchGuidance(false);
            default -> options.problem("--guidance-passes is '" + guidancePasses + "', take 1, 2 or auto");
        }
    }

    private static Shortcuts.Interval interval(String text) {
        Matcher matcher = INTERVAL.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidRequestException("--guidance-interval is '" + text + "', write it as 1-30");
        }
        return new Shortcuts.Interval(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }
}
