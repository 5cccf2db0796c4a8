package io.github.wan4j.models.pipeline;

import io.github.wan4j.video.GenerationCancelledException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a job should stop; looked at between blocks, steps and chunks. */
final class Cancellation implements Runnable {
    private final List<Runnable> listeners = new ArrayList<>();
    private volatile @Nullable String reason;

    /** Asks the job to stop, with the reason that it will give; whoever waits for that is called. */
    void request(String why) {
        List<Runnable> called;
        synchronized (listeners) {
            if (reason != null) {
                return;
            }
            reason = why;
            called = List.copyOf(listeners);
        }
        called.forEach(Runnable::run);
    }

    /** Calls back when the job is asked to stop, at once if it was. */
    void onRequest(Runnable listener) {
        synchronized (listeners) {
            if (reason == null) {
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }

    /** Throws if the job was asked to stop. */
    @Override
    public void run() {
        String why = reason;
        if (why != null) {
            throw new GenerationCancelledException(why);
        }
    }
}
