package io.github.wan4j.cuda.cublas;

import static org.bytedeco.cuda.global.cublas.CUBLAS_STATUS_SUCCESS;
import static org.bytedeco.cuda.global.cublas.cublasLtCreate;
import static org.bytedeco.cuda.global.cublas.cublasLtDestroy;
import static org.bytedeco.cuda.global.cublas.cublasLtGetStatusString;
import static org.bytedeco.cuda.global.cublas.cublasLtGetVersion;

import io.github.wan4j.cuda.load.CudaException;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.Loader;

/** A handle of cuBLASLt for the current device. */
public final class CublasLt implements AutoCloseable {
    private final cublasLtContext handle = new cublasLtContext(); // the call writes the address into it

    /** Throws {@link CudaException} where the presets cannot reach the library. */
    public CublasLt() {
        try {
            Loader.load(cublas.class); // its glue is in none of libtorch's jars
        } catch (LinkageError e) {
            throw new CudaException("cuBLASLt cannot be reached: " + e.getMessage(), e);
        }
        check(cublasLtCreate(handle), "cublasLtCreate");
    }

    cublasLtContext handle() {
        return handle;
    }

    /** For example 130100 for 13.1. */
    public long version() {
        return cublasLtGetVersion();
    }

    static void check(int status, String call) {
        if (status != CUBLAS_STATUS_SUCCESS) {
            throw new CudaException(
                    call + ": " + cublasLtGetStatusString(status).getString());
        }
    }

    @Override
    public void close() {
        check(cublasLtDestroy(handle), "cublasLtDestroy");
    }
}
