package io.github.wan4j.video;

import java.util.concurrent.CompletableFuture;

/** A request on its way: waiting for its turn, running or over. Safe to use from any thread. */
public interface VideoJob<T> {
    /**
     * Waits for the end. Throws what the job failed with itself, not wrapped; an interrupt while waiting cancels the job
     * and throws {@link GenerationCancelledException}.
     */
    T join();

    /** The same outcome as a future; cancelling it cancels the job. */
    CompletableFuture<T> future();

    /** Asks the job to stop at the next block or chunk; false if it was over already. */
    boolean cancel();

    State state();

    Progress progress();

    Plan plan();

    /** What was done and what it cost; throws {@link IllegalStateException} before the job has ended. */
    RunReport report();

    /** The life of a job. */
    enum State {
        QUEUED,
        RUNNING,
        DONE,
        FAILED,
        CANCELLED;

        public boolean isOver() {
            return this == DONE || this == FAILED || this == CANCELLED;
        }
    }
}
