package io.github.wan4j.core.runtime;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Work on its way to another thread, and its result on the way back. */
final class ThreadCall<T> {
    private enum State {
        WAITING,
        RUNNING,
        DONE
    }

    private final Callable<T> work;
    private final CountDownLatch done = new CountDownLatch(1);
    private State state = State.WAITING;
    private @Nullable T result;
    private @Nullable Throwable failure;

    ThreadCall(Callable<T> work) {
        this.work = work;
    }

    static <T> T inline(Callable<T> work) {
        try {
            return work.call();
        } catch (Throwable t) {
            throw ThreadCall.<RuntimeException>asIs(t);
        }
    }

    /** On the thread that works. Work that nobody waits for any more is left out. */
    void run() {
        synchronized (this) {
            if (state != State.WAITING) {
                return;
            }
            state = State.RUNNING;
        }
        try {
            result = work.call();
        } catch (Throwable t) {
            failure = t;
        }
        finish();
    }

    void fail(Throwable t) {
        synchronized (this) {
            if (state != State.WAITING) {
                return;
            }
        }
        failure = t;
        finish();
    }

    private void finish() {
        synchronized (this) {
            state = State.DONE;
            Thread.interrupted(); // meant for this work, if for any
        }
        done.countDown();
    }

    /** On the thread that waits; {@code worker} is the one that works. */
    T awaitResult(Thread worker) {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                if (!begun()) {
                    Thread.currentThread().interrupt();
                    throw new CancellationException("interrupted before the work began on " + worker.getName());
                }
                interruptWork(worker);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            addCaller(failure);
            throw ThreadCall.<RuntimeException>asIs(failure);
        }
        return result();
    }

    /** False, and it never will be, if the work was still waiting. */
    private synchronized boolean begun() {
        if (state == State.WAITING) {
            state = State.DONE;
            return false;
        }
        return true;
    }

    private synchronized void interruptWork(Thread worker) {
        if (state == State.RUNNING) {
            worker.interrupt();
        }
    }

    @SuppressWarnings("NullAway") // null is a result if T allows it
    private T result() {
        return result;
    }

    /** The stack of the worker ends in its loop; what a reader wants to know is who asked. */
    private static void addCaller(Throwable failure) {
        StackTraceElement[] caller = new Throwable().getStackTrace();
        failure.setStackTrace(Stream.concat(
                        Arrays.stream(failure.getStackTrace()),
                        Arrays.stream(caller).skip(2))
                .toArray(StackTraceElement[]::new));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"
    }) // the compiler is made to forget that t may be checked
    static <E extends Throwable> E asIs(Throwable t) throws E {
        throw (E) t;
    }
}
