package io.github.wan4j.core.runtime;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import org.bytedeco.pytorch.InferenceMode;
import org.jspecify.annotations.Nullable;

/**
 * The one thread on which a session's tensors are made, used and freed. Its root is inference mode, which libtorch keeps
 * per thread, and whatever the device adds to it (its stream, its number of threads).
 */
public final class EngineThread implements AutoCloseable {
    /** State that a device keeps per thread, entered before any work and left after all of it, on the thread. */
    public interface Root {
        Leave enter();

        /** Undoes {@link Root#enter}. */
        interface Leave {
            void leave();
        }
    }

    private final BlockingQueue<ThreadCall<?>> queue = new LinkedBlockingQueue<>();
    private final ThreadCall<?> end = new ThreadCall<>(() -> Boolean.TRUE);
    private final Thread thread;
    private boolean closed; // guarded by queue
    private volatile @Nullable Throwable failure;

    private EngineThread(String name, boolean daemon, Root root, ThreadCall<?> started) {
        thread = new Thread(null, () -> run(root, started), name);
        thread.setDaemon(daemon);
        thread.setContextClassLoader(EngineThread.class.getClassLoader()); // not the caller's, which may be short-lived
    }

    /** Returns once the thread is in its root; what the root throws is thrown here, and then no thread is left. */
    public static EngineThread start(String name, boolean daemon, Root root) {
        Natives.load();
        ThreadCall<Boolean> started = new ThreadCall<>(() -> Boolean.TRUE);
        EngineThread engineThread = new EngineThread(name, daemon, root, started);
        engineThread.thread.start();
        try {
            started.awaitResult(engineThread.thread);
        } catch (CancellationException e) {
            engineThread.close();
            throw e;
        }
        return engineThread;
    }

    private void run(Root root, ThreadCall<?> started) {
        try (InferenceMode mode = new InferenceMode(true)) {
            Root.Leave leave = root.enter();
            try {
                started.run();
                for (ThreadCall<?> next = take(); next != end; next = take()) {
                    next.run();
                }
            } finally {
                leave.leave();
            }
        } catch (Throwable t) {
            failure = t;
            started.fail(t);
        }
    }

    /** An interrupt belongs to a piece of work, never to the wait for the next. */
    private ThreadCall<?> take() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                Thread.interrupted(); // and wait on
            }
        }
    }

    /** See {@link io.github.wan4j.core.spi.DeviceSession#call}. */
    public <T> T call(Callable<T> work) {
        if (onThread()) {
            return ThreadCall.inline(work);
        }
        ThreadCall<T> call = new ThreadCall<>(work);
        synchronized (queue) { // nothing may queue up behind the end
            if (closed) {
                throw new IllegalStateException(thread.getName() + " is closed");
            }
            queue.add(call);
        }
        return call.awaitResult(thread);
    }

    /** Whether the calling thread is this one. */
    public boolean onThread() {
        return Thread.currentThread() == thread;
    }

    /** Lets the work that was handed in finish, then ends the thread and waits for its end. */
    @Override
    public void close() {
        if (onThread()) {
            throw new IllegalStateException(thread.getName() + " cannot wait for its own end");
        }
        synchronized (queue) {
            if (!closed) {
                closed = true;
                queue.add(end);
            }
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // a half-closed session would be worse than a late answer
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable left = failure;
        if (left != null) {
            throw ThreadCall.<RuntimeException>asIs(left);
        }
    }

    @Override
    public String toString() {
        return thread.getName();
    }
}
