package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.Plan;
import io.github.wan4j.video.Progress;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoJob;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The caller's end of a job: its outcome, where it stands, and the wish to stop it. */
final class RunningJob<T> implements VideoJob<T>, JobQueue.Work {
    /** What the job does once it is its turn; the outcome comes with its report. */
    interface Body<T> {
        Outcome<T> run(RunningJob<?> job);
    }

    /** What a job gives. */
    record Outcome<T>(T result, RunReport report) {}

    private final Plan plan;
    private final Body<T> body;
    private final Cancellation cancellation = new Cancellation();
    private final CompletableFuture<T> future = new Outlet();

    private volatile State state = State.QUEUED;
    private volatile Progress progress = Progress.WAITING;
    private volatile @Nullable RunReport report;

    RunningJob(Plan plan, Body<T> body) {
        this.plan = plan;
        this.body = body;
    }

    @Override
    public void run() {
        synchronized (this) {
            if (state != State.QUEUED) {
                return;
            }
            state = State.RUNNING;
        }
        try {
            Outcome<T> outcome = body.run(this);
            report = outcome.report();
            state = State.DONE;
            future.complete(outcome.result());
        } catch (GenerationCancelledException e) {
            end(State.CANCELLED, e);
        } catch (Throwable e) { // whatever it is belongs to whoever waits for the job
            end(State.FAILED, e);
        }
    }

    private void end(State end, Throwable cause) {
        state = end;
        future.completeExceptionally(cause);
    }

    /** For the body: its report so far, kept also when the job fails. */
    void report(RunReport soFar) {
        report = soFar;
    }

    void progress(Progress now) {
        progress = now;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public void stop() {
        boolean stopping = cancel();
        assert stopping || state.isOver();
    }

    @Override
    public boolean cancel() {
        synchronized (this) {
            if (state.isOver()) {
                return false;
            }
            cancellation.request();
            if (state == State.RUNNING) {
                return true;
            }
            state = State.CANCELLED;
        }
        future.completeExceptionally(new GenerationCancelledException("the job was cancelled before it began"));
        return true;
    }

    @Override
    public T join() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    boolean stopping = cancel(); // then wait for the end: nothing may be left behind
                    assert stopping || state.isOver();
                }
            }
        } catch (CancellationException e) {
            throw new GenerationCancelledException("the job was cancelled", e);
        } catch (ExecutionException e) {
            throw Rethrow.unchecked(e.getCause() == null ? e : e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public CompletableFuture<T> future() {
        return future;
    }

    @Override
    public State state() {
        return state;
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
        RunReport known = report;
        if (known == null || !state.isOver()) {
            throw new IllegalStateException(
                    state.isOver() ? "the job " + state + " before it began" : "the job has not ended: it is " + state);
        }
        return known;
    }

    /** A future whose cancellation reaches the job; it ends when the job has ended. */
    private final class Outlet extends CompletableFuture<T> {
        @Override
        public boolean cancel(boolean mayInterrupt) {
            return RunningJob.this.cancel();
        }
    }

    /** Runs a piece of work that has no plan of its own: an encoding, a decoding. */
    static <T> T runNow(JobQueue queue, Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        queue.submit(new JobQueue.Work() {
            @Override
            public void run() {
                if (result.isDone()) {
                    return;
                }
                try {
                    result.complete(work.call());
                } catch (Throwable e) { // belongs to the caller who waits below
                    result.completeExceptionally(e);
                }
            }

            @Override
            public void stop() {
                result.completeExceptionally(new GenerationCancelledException("the engine was closed"));
            }
        });
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result.cancel(false);
            throw new GenerationCancelledException("interrupted while waiting for the engine", e);
        } catch (ExecutionException e) {
            throw Rethrow.unchecked(e.getCause() == null ? e : e.getCause());
        }
    }
}
