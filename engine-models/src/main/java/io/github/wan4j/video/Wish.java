package io.github.wan4j.video;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a video may take and how good it has to be: the plan chooses tier and steps then.
 *
 * @param within the longest that the job may take, loading included; null for as long as it needs
 * @param minQuality the least PSNR to the tier EXACT, in dB; null for whatever the time allows
 */
public record Wish(@Nullable Duration within, @Nullable Double minQuality) {
    /** Nothing wished for. */
    public static final Wish NONE = new Wish(null, null);

    public boolean isNone() {
        return within == null && minQuality == null;
    }

    Wish within(Duration time) {
        return new Wish(time, minQuality);
    }

    Wish minQuality(double decibels) {
        return new Wish(within, decibels);
    }

    /** One sentence for everything that cannot be. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (within != null && (within.isNegative() || within.isZero())) {
            problems.add("within is " + within.toMillis() / 1e3 + " s, take more than nothing");
        }
        if (minQuality != null && !(minQuality > 0 && minQuality < 200)) {
            problems.add("min-quality is " + minQuality + " dB, take a number above 0, such as 30");
        }
        return problems;
    }
}
