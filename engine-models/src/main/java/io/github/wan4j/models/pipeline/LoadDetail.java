package io.github.wan4j.models.pipeline;

import java.util.Locale;

/** Tells of a load every hundredth part of it, and lets it be broken off there. */
final class LoadDetail implements LoadWatch {
    private static final double STEP = 0.01;

    private final StageClock clock;
    private final Runnable check;
    private double next = STEP;

    LoadDetail(StageClock clock, Runnable check) {
        this.clock = clock;
        this.check = check;
    }

    @Override
    public void loading(String part, long done, long of) {
        double share = of == 0 ? 1 : (double) done / of;
        if (share >= next) {
            next = share + STEP;
            check.run();
            clock.detail(text(part, done, of), share);
        }
    }

    /** As {@code "high noise expert, 3.1 of 28.6 GB"}. */
    static String text(String part, long done, long of) {
        boolean small = of < 1e8;
        double unit = small ? 1e6 : 1e9;
        return String.format(Locale.ROOT, "%s, %.1f of %.1f %s", part, done / unit, of / unit, small ? "MB" : "GB");
    }
}
