package io.github.wan4j.models.pipeline;

/** Hears how a load goes on. */
interface LoadWatch {
    LoadWatch NOBODY = (part, done, of) -> {};

    /** Of {@code of} bytes of a part, such as {@code "high noise expert"}, {@code done} are on the device or on their way. */
    void loading(String part, long done, long of);
}
