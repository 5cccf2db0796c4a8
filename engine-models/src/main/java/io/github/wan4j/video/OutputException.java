package io.github.wan4j.video;

import io.github.wan4j.core.WanException;

/** A video could not be written, or a file could not be read back as one; the message names it. */
public final class OutputException extends WanException {
    private static final long serialVersionUID = 1L;

    public OutputException(String message) {
        super(message);
    }

    public OutputException(String message, Throwable cause) {
        super(message, cause);
    }
}
