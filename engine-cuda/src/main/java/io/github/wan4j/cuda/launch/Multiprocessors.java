package io.github.wan4j.cuda.launch;

import static org.bytedeco.cuda.global.cudart.*;

/**
 * What kernels that fill a whole device must know of it: how many there are, how much shared memory a block may have, and their
 * generation.
 */
public record Multiprocessors(int count, int sharedBytes, int major) {
    /** Whether warps can multiply in groups, which only this generation has. */
    public boolean isHopper() {
        return major == 9;
    }

    /** Those of this thread's device. By the runtime, which needs no context yet. */
    public static Multiprocessors ofCurrentDevice() {
        int[] device = {0};
        Status.runtime(cudaGetDevice(device), "cudaGetDevice");
        return new Multiprocessors(
                attribute(cudaDevAttrMultiProcessorCount, device[0]),
                attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device[0]),
                attribute(cudaDevAttrComputeCapabilityMajor, device[0]));
    }

    private static int attribute(int which, int device) {
        int[] value = {0};
        Status.runtime(cudaDeviceGetAttribute(value, which, device), "cudaDeviceGetAttribute");
        return value[0];
    }
}
