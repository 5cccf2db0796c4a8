package io.github.wan4j.models.pipeline;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.wan4j.core.spi.DeviceSession;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs the work of one engine one after the other, in order of submission, on a thread of its own. */
public final class JobQueue {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Something that takes the engine for a while. */
    interface Work {
        /** Must not throw: whoever submitted the work hears of its failure otherwise. */
        void run();

        /** Asks it to stop, whether it waits or runs. */
        void stop(String reason);
    }

    private final DeviceSession session;
    private final Thread thread = new Thread(this::serve, "wan4j-jobs-" + COUNT.incrementAndGet());

    @GuardedBy("this")
    private final Deque<Work> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable Work running;

    @GuardedBy("this")
    private @Nullable Runnable farewell;

    private volatile @Nullable Throwable farewellFailure;

    public JobQueue(DeviceSession session) {
        this.session = session;
        thread.setDaemon(true);
        thread.start();
    }

    void submit(Work work) {
        submitAll(List.of(work));
    }

    /** All of them or, if the engine is closed, none. */
    synchronized void submitAll(List<? extends Work> work) {
        if (farewell != null) {
            throw new IllegalStateException("the engine is closed");
        }
        waiting.addAll(work);
        notifyAll();
    }

    /** Forgets work that has not begun. */
    synchronized void withdraw(Work work) {
        boolean forgotten = waiting.remove(work);
        assert forgotten || work != running;
    }

    /** Refuses to let the engine's own threads wait for the engine: they would wait for themselves. */
    public void requireMayWait() {
        if (session.onThread() || Thread.currentThread() == thread) {
            throw new IllegalStateException("a listener, handler or callback of an engine cannot wait for that engine;"
                    + " cancel the job, or wait on another thread");
        }
    }

    private void serve() {
        for (Work work = next(); work != null; work = next()) {
            work.run();
        }
        try {
            farewell().run();
        } catch (Throwable e) { // thrown by close()
            farewellFailure = e;
        }
    }

    private synchronized Runnable farewell() {
        return farewell == null ? () -> {} : farewell;
    }

    private synchronized @Nullable Work next() {
        running = null;
        while (waiting.isEmpty() && farewell == null) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.interrupted(); // nobody but close() ends this thread
            }
        }
        running = waiting.poll();
        return running;
    }

    /**
     * Stops what runs and what waits, and returns when all of it has ended and {@code last} was run on the queue's thread,
     * which no interrupt of the caller reaches.
     */
    public void close(Runnable last) {
        requireMayWait();
        List<Work> all = new ArrayList<>();
        synchronized (this) {
            if (farewell == null) {
                farewell = last;
            }
            if (running != null) {
                all.add(running);
            }
            all.addAll(waiting);
            notifyAll();
        }
        all.forEach(work -> work.stop("the engine was closed"));
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (farewellFailure != null) {
            throw Rethrow.unchecked(farewellFailure);
        }
    }
}
