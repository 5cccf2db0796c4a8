package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.Plan;
import io.github.wan4j.video.Progress;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoJob;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The caller's end of a job: its turn in the queue, where it stands and what it reports. */
final class RunningJob<T extends @Nullable Object> implements VideoJob<T> {
    /** What the job does once it is its turn. */
    interface Body<T extends @Nullable Object> {
        T run(RunningJob<T> job);
    }

    private final Plan plan;
    private final Turn<T> turn;

    private volatile Progress progress = Progress.WAITING;
    private volatile RunReport report;

    /** {@code report}: of a job that has done nothing yet. */
    RunningJob(JobQueue queue, Plan plan, RunReport report, Body<T> body) {
        this.plan = plan;
        this.report = report;
        turn = new Turn<>(queue, cancellation -> body.run(this));
    }

    Turn<T> turn() {
        return turn;
    }

    Cancellation cancellation() {
        return turn.cancellation();
    }

    /** For the body, before it ends in whichever way. */
    void report(RunReport now) {
        report = now;
    }

    void progress(Progress now) {
        progress = now;
    }

    @Override
    public boolean cancel() {
        return turn.cancel();
    }

    @Override
    public T join() {
        return turn.join();
    }

    @Override
    public CompletableFuture<T> future() {
        return turn.future();
    }

    @Override
    public State state() {
        return turn.state();
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public Plan plan() {
        return plan;
    }

    @Override
    public RunReport report() {
        State state = state();
        if (!state.isOver()) {
            throw new IllegalStateException("the job has not ended: it is " + state);
        }
        return report;
    }
}
