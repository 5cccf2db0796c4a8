package io.github.wan4j.bench.cli;

import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.VideoJob;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets Ctrl-C cancel the job at hand and waits until nothing of it is left and the user has been told; the JVM then ends with
 * 130 by itself.
 */
final class CtrlC implements AutoCloseable {
    /** Opening a model cannot be cancelled, and nobody should wait for it for long. */
    private static final int PATIENCE_SECONDS = 10;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::cancel, "wan-ctrl-c");
    private @Nullable BooleanSupplier stop;
    private boolean pressed;

    CtrlC() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on this job is what Ctrl-C cancels. */
    void cancels(VideoJob<?> current) {
        stops(current::cancel);
    }

    /** From now on this thread, which waits for an engine, is what Ctrl-C interrupts. */
    void interrupts(Thread waiting) {
        stops(() -> {
            waiting.interrupt();
            return true;
        });
    }

    private synchronized void stops(BooleanSupplier current) {
        stop = current;
        if (pressed && current.getAsBoolean()) {
            throw new GenerationCancelledException("cancelled before it began");
        }
    }

    private void cancel() {
        try {
            if (press()) {
                over.await();
            } else {
                boolean ended = over.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assert ended || stop == null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean press() {
        pressed = true;
        return stop != null && stop.getAsBoolean();
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            over.countDown(); // the JVM is going down and the hook has been let go
        }
    }
}
