package io.github.wan4j.cuda.residency;

import io.github.wan4j.core.runtime.HostMemory;
import java.util.concurrent.atomic.AtomicLong;

/** How much of the host's memory may be held for the device: registered pages cannot make room for anything else. */
final class HostBudget {
    private static final double SHARE = 0.75;

    private final AtomicLong left;

    HostBudget(long bytes) {
        left = new AtomicLong(bytes);
    }

    /** Most of what is free now; pages that cache files count as free. */
    static HostBudget now() {
        return new HostBudget((long) (SHARE * HostMemory.now().free()));
    }

    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void giveBack(long bytes) {
        left.addAndGet(bytes);
    }
}
