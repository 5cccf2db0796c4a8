package io.github.wan4j.cuda;

import io.github.wan4j.cuda.load.CudaException;
import org.jspecify.annotations.Nullable;

/** What every trial of a kernel asserts first. */
final class KernelTrial {
    private KernelTrial() {}

    /** A trial that ends up in the plain implementation would compare it with itself. */
    static <T> T made(@Nullable T result) {
        if (result == null) {
            throw new CudaException("it does not take the tensors of its own trial");
        }
        return result;
    }
}
