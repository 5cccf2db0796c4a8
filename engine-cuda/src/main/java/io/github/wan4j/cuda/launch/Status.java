package io.github.wan4j.cuda.launch;

import static org.bytedeco.cuda.global.cudart.*;

import io.github.wan4j.cuda.load.CudaException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** Return codes of the driver and of the runtime as exceptions. */
public final class Status {
    private Status() {}

    static void driver(int status, String call) {
        if (status != CUDA_SUCCESS) {
            throw new CudaException(call + ": " + name(status));
        }
    }

    private static String name(int status) {
        try (PointerPointer<BytePointer> name = new PointerPointer<>(1);
                PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
            if (cuGetErrorName(status, name) != CUDA_SUCCESS || cuGetErrorString(status, text) != CUDA_SUCCESS) {
                return "driver error " + status;
            }
            return name.get(BytePointer.class, 0).getString() + ", "
                    + text.get(BytePointer.class, 0).getString();
        }
    }

    /** Clears the error that the next check of libtorch would report as its own. */
    static void forget() {
        int cleared = cudaGetLastError();
        assert cudaGetLastError() == cudaSuccess : "error " + cleared + " cannot be cleared";
    }

    public static void runtime(int status, String call) {
        if (status != cudaSuccess) {
            String reason = cudaGetErrorString(status).getString();
            int cleared = cudaGetLastError(); // or the next check of libtorch reports it as its own
            throw new CudaException(call + ": " + reason + (cleared == status ? "" : " (after error " + cleared + ")"));
        }
    }
}
