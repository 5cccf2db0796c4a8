package io.github.wan4j.video;

import io.github.wan4j.core.Names;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How much exactness may be given for speed; each promises something against the one above it. */
public enum Tier {
    /** Nothing is skipped, and everything rounds where the reference rounds. */
    EXACT,
    /** As exact, but for TF32 and bf16 in the autoencoder. The default. */
    QUALITY,
    /** Matrix products in fp8 where the device can, and steps reused by MagCache's calibrated ratios. */
    BALANCED,
    /** Steps reused until a requested speed-up is met. */
    SPEED;

    /** The name on the command line and in reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a name in any case; one that is unknown is refused together with the nearest that is known. */
    public static Tier parse(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(tier -> tier.label().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("unknown tier '" + text + "', did you mean '"
                        + Names.nearest(wanted, labels()) + "'? There are " + String.join(", ", labels())));
    }

    private static List<String> labels() {
        return Arrays.stream(values()).map(Tier::label).toList();
    }
}
