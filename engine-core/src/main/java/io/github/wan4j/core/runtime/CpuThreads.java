package io.github.wan4j.core.runtime;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** How many threads libtorch and the BLAS below it take on the CPU. */
public final class CpuThreads {
    private static final String BLAS_SETTER = "openblas_set_num_threads";

    private CpuThreads() {}

    /**
     * The wish of every session, whatever its device: {@code threads} for libtorch's own loops and for oneDNN, one for
     * OpenBLAS, which is called from within those loops and would fight with them (attention takes half the time so).
     */
    public static ProcessSettings.Wish wish(int threads) {
        return new ProcessSettings.Wish("cpuThreads", threads, () -> {
            int before = torch.get_num_threads();
            torch.set_num_threads(threads);
            blas(1);
            return () -> {
                torch.set_num_threads(before);
                blas(Runtime.getRuntime().availableProcessors()); // what OpenBLAS starts with; it does not tell
            };
        });
    }

    /** OpenMP keeps the number per thread as well, and oneDNN goes by that: part of every engine thread's root. */
    public static void onThisThread(int threads) {
        torch.set_num_threads(threads);
    }

    private static void blas(int threads) {
        Loader.load(openblas_nolapack.class);
        try (PointerScope scope = new PointerScope()) { // the call allocates the pointers it goes through
            if (Loader.addressof(BLAS_SETTER) != null) { // another BLAS has threads of its own
                openblas_nolapack.blas_set_num_threads(threads);
            }
        }
    }
}
