package io.github.wan4j.core;

/** Which attention kernel a GPU uses. The CPU has one and ignores the choice, but {@link #FP8}, which it refuses. */
public enum AttentionBackend {
    /** By a measured table of shapes. */
    AUTO,
    /** wan4j's kernel for Hopper. */
    OWN,
    /** cuDNN's, the fastest on Hopper and later. */
    CUDNN,
    /** FlashAttention. */
    FLASH,
    /** The memory-efficient one. */
    EFFICIENT,
    /** Written out in plain operators; needs memory with the square of the tokens. */
    MATH,
    /**
     * Self-attention of a transformer's inner blocks on e4m3, all else as {@link #AUTO}: faster on Hopper and later, at a loss.
     */
    FP8;

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
