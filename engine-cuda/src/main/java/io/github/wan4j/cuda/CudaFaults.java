package io.github.wan4j.cuda;

import io.github.wan4j.core.EngineFailedException;
import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.core.tensor.Device;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells from the text of a failure what it means for the engine: libtorch throws one class for all. Out of memory leaves
 * everything usable; a fault of a kernel makes every later call of the process fail.
 */
final class CudaFaults {
    private static final Pattern TRIED = Pattern.compile("Tried to allocate ([0-9.]+) ([KMG]?i?B|bytes)");
    private static final List<String> LASTING = List.of(
            "an illegal memory access was encountered",
            "misaligned address",
            "unspecified launch failure",
            "device-side assert",
            "an illegal instruction was encountered",
            "invalid program counter",
            "hardware stack error",
            "uncorrectable ECC error",
            "CUDA_ERROR_ILLEGAL_ADDRESS",
            "CUDA_ERROR_LAUNCH_FAILED",
            "CUDA_ERROR_MISALIGNED_ADDRESS",
            "CUDA_ERROR_ASSERT");

    private CudaFaults() {}

    /** The failure as callers should see it: itself unless it is one of the two kinds. */
    static Throwable explain(Throwable failure, Device device, long freeBytes) {
        if (failure instanceof OutOfDeviceMemoryException || failure instanceof EngineFailedException) {
            return failure; // work within work was explained already
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = firstLine(cause);
            if (text.contains("CUDA out of memory")) {
                return new OutOfDeviceMemoryException(
                        device,
                        bytes(text),
                        freeBytes,
                        "fewer frames, a smaller size, vaeChunk=1 or residency=stream need less",
                        failure);
            }
            if (LASTING.stream().anyMatch(text::contains)) {
                return new EngineFailedException(
                        device + " failed and nothing in this process can use it any more; start a new process: "
                                + text,
                        failure);
            }
        }
        return failure;
    }

    private static String firstLine(Throwable cause) {
        @Nullable String message = cause.getMessage();
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    /** What the allocator was asked for; 0 if it does not say. */
    static long bytes(String text) {
        Matcher tried = TRIED.matcher(text);
        if (!tried.find()) {
            return 0;
        }
        double unit = switch (tried.group(2).toUpperCase(Locale.ROOT)) {
            case "GIB" -> 1L << 30;
            case "MIB" -> 1L << 20;
            case "KIB" -> 1L << 10;
            default -> 1;
        };
        return (long) (Double.parseDouble(tried.group(1)) * unit);
    }
}
