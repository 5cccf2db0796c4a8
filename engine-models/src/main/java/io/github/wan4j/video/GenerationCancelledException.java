package io.github.wan4j.video;

import io.github.wan4j.core.WanException;

/** The job was cancelled: by its caller, by an interrupt or because the engine was closed. Nothing of it is left. */
public final class GenerationCancelledException extends WanException {
    private static final long serialVersionUID = 1L;

    public GenerationCancelledException(String message) {
        super(message);
    }

    public GenerationCancelledException(String message, Throwable cause) {
        super(message, cause);
    }
}
