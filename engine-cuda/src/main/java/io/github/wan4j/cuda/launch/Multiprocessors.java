package io.github.wan4j.cuda.launch;

import static org.bytedeco.cuda.global.cudart.*;

/** What kernels that fill a whole device must know of it: how many there are, and how much shared memory a block may have. */
public record Multiprocessors(int count, int sharedBytes) {
    /** Those of this thread's device. */
    public static Multiprocessors ofCurrentDevice() {
        int[] device = {0};
        Status.driver(cuCtxGetDevice(device), "cuCtxGetDevice");
        return new Multiprocessors(
                attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device[0]),
                attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device[0]));
    }

    private static int attribute(int which, int device) {
        int[] value = {0};
        Status.driver(cuDeviceGetAttribute(value, which, device), "cuDeviceGetAttribute");
        return value[0];
    }
}
