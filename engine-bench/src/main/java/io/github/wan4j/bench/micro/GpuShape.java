package io.github.wan4j.bench.micro;

/** A forward of a full-size model: tokens of a video in one branch of guidance, and the transformer's widths. */
public enum GpuShape {
    A14B_480P(32_760, 5120, 40, 13_824),
    A14B_720P(75_600, 5120, 40, 13_824),
    TI2V_704P(27_280, 3072, 24, 14_336);

    private final long tokens;
    private final long dim;
    private final int heads;
    private final long hidden;

    GpuShape(long tokens, long dim, int heads, long hidden) {
        this.tokens = tokens;
        this.dim = dim;
        this.heads = heads;
        this.hidden = hidden;
    }

    long tokens() {
        return tokens;
    }

    long dim() {
        return dim;
    }

    int heads() {
        return heads;
    }

    /** Width of the feed-forward. */
    long hidden() {
        return hidden;
    }
}
