package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.GenerationCancelledException;
import java.util.ArrayList;
import java.util.List;

/** Whether a job should stop; looked at between blocks, steps and chunks. */
final class Cancellation implements Runnable {
    private final List<Runnable> listeners = new ArrayList<>();
    private volatile boolean requested;

    /** Asks the job to stop; whoever waits for it is called. */
    void request() {
        List<Runnable> called;
        synchronized (listeners) {
            if (requested) {
                return;
            }
            requested = true;
            called = List.copyOf(listeners);
        }
        called.forEach(Runnable::run);
    }

    /** Calls back when the job is asked to stop, at once if it was. */
    void onRequest(Runnable listener) {
        synchronized (listeners) {
            if (!requested) {
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }

    boolean isRequested() {
        return requested;
    }

    /** Throws if the job was asked to stop. */
    @Override
    public void run() {
        if (requested) {
            throw new GenerationCancelledException("the job was cancelled");
        }
    }
}
