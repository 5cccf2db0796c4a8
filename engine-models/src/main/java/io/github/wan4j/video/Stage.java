package io.github.wan4j.video;

/** What a job is busy with, in the order in which the stages come. */
public enum Stage {
    /** Reading weights. */
    LOAD,
    /** Bringing weights into a smaller form. */
    QUANTISE,
    /** Compiling kernels for this machine. */
    COMPILE,
    /** Encoding the prompts, and the image where there is one. */
    ENCODE,
    /** Sampling, step by step. */
    DENOISE,
    /** Turning latents into frames. */
    DECODE,
    /** Finishing the output. */
    WRITE
}
