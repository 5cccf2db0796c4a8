package io.github.wan4j.video;

import java.util.Locale;

/** Which of the two texts a forward pass is conditioned on. */
public enum Branch {
    /** The prompt. */
    COND,
    /** The negative prompt. */
    UNCOND;

    /** The name in plans and reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
