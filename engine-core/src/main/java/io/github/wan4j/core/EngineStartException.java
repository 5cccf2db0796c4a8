package io.github.wan4j.core;

/** An engine cannot start here: the message says what is missing or in the way, where it was looked for and what helps. */
public final class EngineStartException extends WanException {
    private static final long serialVersionUID = 1L;

    public EngineStartException(String message) {
        super(message);
    }

    public EngineStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
