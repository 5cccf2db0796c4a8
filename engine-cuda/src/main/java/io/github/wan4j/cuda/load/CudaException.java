package io.github.wan4j.cuda.load;

import io.github.wan4j.core.WanException;

/** A call of CUDA, of its compiler or of its management library failed; the message says which, and why. */
public final class CudaException extends WanException {
    private static final long serialVersionUID = 1L;

    public CudaException(String message) {
        super(message);
    }

    public CudaException(String message, Throwable cause) {
        super(message, cause);
    }
}
