package io.github.wan4j.cuda.launch;

import org.bytedeco.pytorch.cuda.CUDAEvent;

/** Time on the device between two points of the current stream. */
public final class Timer implements AutoCloseable {
    private static final int WITH_TIMING = 0; // the default event has none

    private final CUDAEvent start = new CUDAEvent(WITH_TIMING);
    private final CUDAEvent stop = new CUDAEvent(WITH_TIMING);

    /** Marks the start. */
    public Timer() {
        start.record();
    }

    /** Marks the end, waits for it, and returns the milliseconds between. */
    public double stop() {
        stop.record();
        stop.synchronize();
        return start.elapsed_time(stop);
    }

    @Override
    public void close() {
        start.close();
        stop.close();
    }
}
