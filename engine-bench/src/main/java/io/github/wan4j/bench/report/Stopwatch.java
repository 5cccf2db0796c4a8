package io.github.wan4j.bench.report;

import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Scope;
import java.util.Arrays;
import java.util.List;

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
        return best(List.of(work))[0];
    }

    /** The same for several pieces of work in turn: a card grows slower as it warms, and all should bear the same. */
    double[] best(List<Runnable> works) {
        for (Runnable work : works) {
            double cold = once(work);
            assert cold > 0;
        }
        return bestOfWarm(works);
    }

    /** The same of work that has run already. */
    double[] bestOfWarm(List<Runnable> works) {
        double[] best = new double[works.size()];
        Arrays.fill(best, Double.POSITIVE_INFINITY);
        for (int run = 0; run < runs; run++) {
            for (int i = 0; i < best.length; i++) {
                best[i] = Math.min(best[i], once(works.get(i)));
            }
        }
        return best;
    }

    private double once(Runnable work) {
        session.synchronize();
        long start = System.nanoTime();
        try (Scope scope = Scope.open("timed")) {
            work.run();
        }
        session.synchronize();
        return (System.nanoTime() - start) / NANOS;
    }
}
