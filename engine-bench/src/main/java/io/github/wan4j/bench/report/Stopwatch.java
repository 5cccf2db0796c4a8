package io.github.wan4j.bench.report;

import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Scope;

/** Best wall-clock time of several runs after one that warms up; on the session's thread. */
final class Stopwatch {
    private static final double NANOS = 1e6;

    private final DeviceSession session;
    private final int runs;

    Stopwatch(DeviceSession session, int runs) {
        this.session = session;
        this.runs = runs;
    }

    /** Milliseconds until the device is done; what the work makes is freed. */
    double best(Runnable work) {
        double best = Double.POSITIVE_INFINITY;
        for (int run = 0; run <= runs; run++) {
            session.synchronize();
            long start = System.nanoTime();
            try (Scope scope = Scope.open("timed")) {
                work.run();
            }
            session.synchronize();
            if (run > 0) {
                best = Math.min(best, (System.nanoTime() - start) / NANOS);
            }
        }
        return best;
    }
}
