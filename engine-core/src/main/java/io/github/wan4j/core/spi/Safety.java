package io.github.wan4j.core.spi;

/** How much a device's kernels dare. */
public enum Safety {
    /** Whatever is fastest and has passed its checks. */
    FAST,
    /** Plain operators and an attention kernel that is old and much used; nothing captured, nothing of our own. */
    PLAIN
}
