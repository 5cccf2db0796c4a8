package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.VideoJob.State;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work in the queue of an engine: waits, runs, is over. Whoever waits for it gets its result, or what it threw
 * as it is.
 */
final class Turn<T extends @Nullable Object> implements JobQueue.Work {
    /** What is done when it is its turn; it runs the cancellation often and lets it throw. */
    interface Body<T extends @Nullable Object> {
        T run(Cancellation cancellation);
    }

    private final JobQueue queue;
    private final Body<T> body;
    private final Cancellation cancellation = new Cancellation();
    private final CompletableFuture<T> future = new Outlet();

    private volatile State state = State.QUEUED;

    Turn(JobQueue queue, Body<T> body) {
        this.queue = queue;
        this.body = body;
    }

    /** Takes a turn and waits for its end; an interrupt stops the work. */
    static <T extends @Nullable Object> T take(JobQueue queue, Body<T> body) {
        queue.requireMayWait();
        Turn<T> turn = new Turn<>(queue, body);
        queue.submit(turn);
        return turn.join();
    }

    @Override
    public void run() {
        synchronized (this) {
            if (state != State.QUEUED) {
                return;
            }
            state = State.RUNNING;
        }
        T result;
        try {
            result = body.run(cancellation);
        } catch (GenerationCancelledException e) {
            end(State.CANCELLED, e);
            return;
        } catch (Throwable e) { // whatever it is belongs to whoever waits
            end(State.FAILED, e);
            return;
        }
        state = State.DONE;
        future.complete(result);
    }

    private void end(State end, Throwable cause) {
        state = end;
        future.completeExceptionally(cause);
    }

    @Override
    public void stop(String reason) {
        boolean begun;
        synchronized (this) {
            if (state.isOver()) {
                return;
            }
            begun = state == State.RUNNING;
            if (!begun) {
                state = State.CANCELLED;
            }
        }
        cancellation.request(reason);
        if (!begun) {
            queue.withdraw(this);
            future.completeExceptionally(new GenerationCancelledException(reason + " before the job began"));
        }
    }

    /** False if it was over already. */
    boolean cancel() {
        boolean stopping = !state.isOver();
        stop("the job was cancelled");
        return stopping;
    }

    /** Waits for the end, also when interrupted: then it is stopped first, so that nothing is left behind. */
    T join() {
        if (!future.isDone()) {
            queue.requireMayWait();
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stop("the thread that waited for the job was interrupted");
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

    CompletableFuture<T> future() {
        return future;
    }

    State state() {
        return state;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    /** A future whose cancellation reaches the work; it ends when the work has ended. */
    private final class Outlet extends CompletableFuture<T> {
        @Override
        public boolean cancel(boolean mayInterrupt) {
            return Turn.this.cancel();
        }

        @Override
        public boolean isCancelled() {
            return state == State.CANCELLED;
        }
    }
}
