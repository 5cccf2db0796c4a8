package io.github.wan4j.video;

import io.github.wan4j.core.WanException;

/** What was computed is no video: values that are not finite, or the same colour everywhere. Its output was discarded. */
public final class UnusableOutputException extends WanException {
    private static final long serialVersionUID = 1L;

    public UnusableOutputException(String message) {
        super(message);
    }
}
