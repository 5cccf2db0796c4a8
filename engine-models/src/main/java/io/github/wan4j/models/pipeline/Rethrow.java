package io.github.wan4j.models.pipeline;

/** Brings an exception from the engine's thread to the caller's as it is, not wrapped. */
final class Rethrow {
    private Rethrow() {}

    /** To be thrown by the caller; errors are thrown here. */
    static RuntimeException unchecked(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException runtime
                ? runtime
                : new IllegalStateException("a checked exception came out of the engine", cause);
    }
}
