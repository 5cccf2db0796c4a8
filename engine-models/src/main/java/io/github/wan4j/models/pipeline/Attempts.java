package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Does the stages of one job, and does a stage again by another route when a {@link Ladder} knows one around its failure. A
 * route that was taken is kept for the stages that follow.
 */
final class Attempts {
    private final List<Ladder> ladders;
    private final Consumer<RunReport.Retry> told;
    private Route route;

    /** {@code told} hears of every retry before it begins. */
    Attempts(Route route, List<Ladder> ladders, Consumer<RunReport.Retry> told) {
        this.route = route;
        this.ladders = List.copyOf(ladders);
        this.told = told;
    }

    /** A stage; one that fails leaves nothing behind, so that it can be done again. */
    interface Body<T> {
        T run(Route route);
    }

    /** The route that the next stage takes. */
    Route route() {
        return route;
    }

    <T> T run(Stage stage, Body<T> body) {
        return run(stage, failure -> true, body);
    }

    /** @param repeatable whether it is still possible to do the stage again after a failure */
    <T> T run(Stage stage, Predicate<RuntimeException> repeatable, Body<T> body) {
        while (true) {
            try {
                return body.run(route);
            } catch (GenerationCancelledException e) {
                throw e;
            } catch (RuntimeException e) {
                Detour detour = (repeatable.test(e) ? around(stage, e) : Optional.<Detour>empty())
                        .orElseThrow(() -> e); // it is the first failure that says what went wrong
                route = detour.route();
                told.accept(new RunReport.Retry(stage, reason(e), detour.change()));
            }
        }
    }

    private Optional<Detour> around(Stage stage, RuntimeException failure) {
        return ladders.stream()
                .flatMap(ladder -> ladder.next(route, stage, failure).stream())
                .findFirst();
    }

    private static String reason(RuntimeException failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
