package io.github.wan4j.video;

import io.github.wan4j.core.Names;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The rule that takes the latents from one noise level to the next. */
public enum Solver {
    /** UniPC of second order, the reference's default. */
    UNIPC("unipc"),
    /** DPM-Solver++ (2M). */
    DPMPP("dpm++"),
    /** Plain Euler steps. */
    EULER("euler");

    private static final Set<String> DPMPP_ALIASES = Set.of("dpm", "dpmpp");

    private final String label;

    Solver(String label) {
        this.label = label;
    }

    /** The name on the command line and in files. */
    public String label() {
        return label;
    }

    /** Reads a name in any case; one that is unknown is refused together with the nearest that is known. */
    public static Solver parse(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        String wanted = DPMPP_ALIASES.contains(name) ? DPMPP.label : name;
        return Arrays.stream(values())
                .filter(solver -> solver.label.equals(wanted))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("unknown solver '" + text + "', did you mean '"
                        + Names.nearest(wanted, labels()) + "'? There are " + String.join(", ", labels())));
    }

    private static List<String> labels() {
        return Arrays.stream(values()).map(Solver::label).toList();
    }

    @Override
    public String toString() {
        return label;
    }
}
