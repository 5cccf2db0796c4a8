package io.github.wan4j.bench.cli;

import io.github.wan4j.video.VideoJob;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Lets Ctrl-C cancel the job at hand and waits until nothing of it is left; the JVM then ends with 130 by itself. */
final class CtrlC implements AutoCloseable {
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::cancel, "wan-ctrl-c");
    private volatile @Nullable VideoJob<?> job;

    CtrlC() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    void cancels(VideoJob<?> current) {
        job = current;
    }

    private void cancel() {
        VideoJob<?> current = job;
        if (current != null && current.cancel()) {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            assert job != null : "the JVM is going down: the hook has done its work"; // nothing else to do
        }
    }
}
