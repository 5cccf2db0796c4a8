package io.github.wan4j.core;

/** The engine is dead after a fault of its device that no later call survives; a new process is needed. */
public final class EngineFailedException extends WanException {
    private static final long serialVersionUID = 1L;

    public EngineFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
