package io.github.wan4j.video;

import java.time.Duration;
import java.util.Optional;

/**
 * Where a job stands.
 *
 * @param stage empty while it waits for its turn
 * @param done parts of the stage that are finished
 * @param of parts of the stage in all, 0 where that is unknown
 * @param detail what is being done of the part in progress, in a few words; empty where there is nothing to say
 * @param fraction of the stage that is done, from 0 to 1, the part in progress included where its size is known
 * @param elapsed since the job began to run
 * @param remaining the estimated time until its end, empty while there is no estimate
 */
public record Progress(
        Optional<Stage> stage,
        int done,
        int of,
        String detail,
        double fraction,
        Duration elapsed,
        Optional<Duration> remaining) {
    /** A job that waits for its turn. */
    public static final Progress WAITING = new Progress(Optional.empty(), 0, 0, "", 0, Duration.ZERO, Optional.empty());
}
