package io.github.wan4j.cuda.launch;

import static org.bytedeco.cuda.global.cudart.*;

/** What kernels that fill a whole device must know of it: how many there are, and how much shared memory a block may have. */
public record Multiprocessors(int count, int sharedBytes) {
    /** Those of this thread's device. By the runtime, which needs no context yet. */
    public static Multiprocessors ofCurrentDevice() {
        int[] device = {0};
        Status.runtime(cudaGetDevice(device), "cudaGetDevice");
        return new Multiprocessors(
                attribute(cudaDevAttrMultiProcessorCount, device[0]),
                attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device[0]));
    }

    private static int attribute(int which, int device) {
        int[] value = {0};
        Status.runtime(cudaDeviceGetAttribute(value, which, device), "cudaDeviceGetAttribute");
        return value[0];
    }
}
