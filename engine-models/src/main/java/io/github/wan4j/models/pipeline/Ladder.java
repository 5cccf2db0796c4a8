package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.Stage;
import java.util.Optional;

/** Knows ways around one kind of failure, for one job: each question takes it a rung further down. */
interface Ladder {
    /** Another route after {@code failure} in {@code stage}; empty if the failure is of another kind or nothing is left to try. */
    Optional<Detour> next(Route route, Stage stage, RuntimeException failure);
}
