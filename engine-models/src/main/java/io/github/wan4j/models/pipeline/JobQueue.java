package io.github.wan4j.models.pipeline;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs the work of one engine one after the other, in order of submission, on a thread of its own. */
public final class JobQueue implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Something that takes the engine for a while. */
    interface Work {
        /** Must not throw: whoever submitted the work hears of its failure otherwise. */
        void run();

        /** Asks it to stop, whether it waits or runs. */
        void stop();
    }

    private final Thread thread = new Thread(this::serve, "wan4j-jobs-" + COUNT.incrementAndGet());

    @GuardedBy("this")
    private final Deque<Work> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private @Nullable Work running;

    @GuardedBy("this")
    private boolean closed;

    public JobQueue() {
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void submit(Work work) {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        waiting.add(work);
        notifyAll();
    }

    private void serve() {
        Work work = next();
        while (work != null) {
            work.run();
            work = next();
        }
    }

    private synchronized @Nullable Work next() {
        running = null;
        while (waiting.isEmpty() && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                closed = true; // nobody but close() may end this thread; treat a stray interrupt as that
            }
        }
        running = waiting.poll();
        return running;
    }

    /** Cancels what runs and what waits, and returns when all of it has ended. */
    @Override
    public void close() {
        List<Work> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            if (running != null) {
                all.add(running);
            }
            all.addAll(waiting);
            notifyAll();
        }
        all.forEach(Work::stop);
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
    }
}
