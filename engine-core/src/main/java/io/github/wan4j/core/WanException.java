package io.github.wan4j.core;

/** Everything the engine reports on purpose; one child per cause that a caller can act on. */
public abstract class WanException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected WanException(String message) {
        super(message);
    }

    protected WanException(String message, Throwable cause) {
        super(message, cause);
    }
}
