package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.UnusableOutputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The way around output that cannot be used: computes once more without all that a stage could have gone wrong by. There is
 * no third attempt, so the second leaves out everything at once, in the order of the list.
 */
final class SaferPath implements Ladder {
    private static final Set<Stage> SAMPLING = EnumSet.of(Stage.DENOISE);
    private static final Set<Stage> DECODING = EnumSet.of(Stage.DECODE);
    private static final Set<Stage> BOTH = EnumSet.of(Stage.DENOISE, Stage.DECODE);

    /** What can be left out. */
    static final List<Rung> RUNGS = List.of(
            new Rung("every step computed", SAMPLING, Route::withoutReuse), // first: other plans follow from it
            new Rung("products in bf16 instead of fp8", SAMPLING, Route::withoutFp8),
            new Rung("plain kernels and attention", BOTH, Route::withPlainKernels),
            new Rung("autoencoder in fp32", DECODING, Route::withFp32Autoencoder));

    /**
     * Something that is left out.
     *
     * @param change what is different then
     * @param stages where it may be to blame
     * @param from the same route where there is nothing to leave out
     */
    record Rung(String change, Set<Stage> stages, UnaryOperator<Route> from) {}

    private final Collection<Safety> ways;
    private boolean taken;

    /** @param ways how the device's kernels can compute */
    SaferPath(Collection<Safety> ways) {
        this.ways = ways;
    }

    @Override
    public Optional<Detour> next(Route route, Stage stage, RuntimeException failure) {
        if (taken || !(failure instanceof UnusableOutputException)) {
            return Optional.empty();
        }
        Route safer = route;
        List<String> changes = new ArrayList<>();
        for (Rung rung : RUNGS) {
            Route without = without(rung, safer);
            if (rung.stages().contains(stage) && !without.equals(safer) && ways.contains(without.kernels())) {
                safer = without;
                changes.add(rung.change());
            }
        }
        taken = true;
        return changes.isEmpty() ? Optional.empty() : Optional.of(new Detour(safer, String.join(", ", changes)));
    }

    /** The same route where the device has no room for the other. */
    private static Route without(Rung rung, Route route) {
        try {
            return rung.from().apply(route);
        } catch (InvalidRequestException e) {
            return route;
        }
    }
}
