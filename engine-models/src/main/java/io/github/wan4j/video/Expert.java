package io.github.wan4j.video;

import java.util.Locale;

/** Which transformer serves a step. */
public enum Expert {
    /** The one of the noisy steps, of a model that has two. */
    HIGH,
    /** The one of the last steps, of a model that has two. */
    LOW,
    /** The only one. */
    SINGLE;

    /** The name in plans and reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
