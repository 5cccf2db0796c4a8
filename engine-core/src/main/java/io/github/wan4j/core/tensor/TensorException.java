package io.github.wan4j.core.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A libtorch operation failed; the message names the operation and its operands. */
public final class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TensorException(String operation, Tensor[] operands, RuntimeException cause) {
        super(
                operation + "("
                        + Arrays.stream(operands).map(Tensor::toString).collect(Collectors.joining(", "))
                        + "): " + firstLine(cause),
                cause);
    }

    /** libtorch appends fifteen lines of C++ frames to its one useful line. */
    private static String firstLine(RuntimeException cause) {
        String message = cause.getMessage();
        return message == null ? cause.toString() : message.lines().findFirst().orElse("");
    }
}
