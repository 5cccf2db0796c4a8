package io.github.wan4j.models.vae;

import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Locale;
import org.assertj.core.api.Assertions;

/**
 * Times the mini VAEs on this CPU at the size of the mini models' default video, 33 frames of 128×128, beside what the
 * machine's convolutions reach. The best of several runs: whatever else runs on the machine only adds.
 */
final class VaeTiming {
    private static final int RUNS = 10;
    private static final long[] UNIT_STRIDE = {1, 1, 1};

    private VaeTiming() {}

    public static void main(String[] arguments) {
        Kernels kernels = new CpuKernels();
        print("3×3×3 convolution of 64→64 on [9, 64, 64]: %.0f GFLOP/s", gigaflops(kernels));
        for (int version : new int[] {21, 22}) {
            try (VaeFixture fixture = new VaeFixture(version, kernels, DType.F32);
                    Scope scope = Scope.open("timing");
                    Rng rng = new Rng(1)) {
                Vae vae = fixture.vae();
                int size = 128 / vae.spatialStride();
                Tensor z = rng.normal(vae.zChannels(), 9, size, size);
                Tensor video = rng.normal(3, 33, 128, 128);
                for (int chunk : new int[] {1, 2, 3, 9}) {
                    double decode = seconds(() -> vae.decode(z, chunk, VaeFixture.GO_ON, frames -> {}));
                    double encode = seconds(() -> encode(vae, video, chunk));
                    print("VAE %d, chunks of %d: decode %.3f s, encode %.3f s", version, chunk, decode, encode);
                }
            }
        }
    }

    private static void encode(Vae vae, Tensor video, int chunk) {
        try (Scope scope = Scope.open("encode")) {
            Assertions.assertThat(vae.encode(video, chunk, VaeFixture.GO_ON).isFinite())
                    .isTrue();
        }
    }

    private static double gigaflops(Kernels kernels) {
        try (Scope scope = Scope.open("ceiling");
                Rng rng = new Rng(1)) {
            Tensor x = kernels.layout(rng.normal(1, 64, 11, 64, 64));
            Tensor weight = rng.normal(64, 64, 3, 3, 3);
            Tensor bias = rng.normal(64);
            double seconds = seconds(() -> {
                try (Scope run = Scope.open("run")) {
                    Tensor y = kernels.convolution(x, weight, bias, UNIT_STRIDE, new long[] {1, 1});
                    Assertions.assertThat(y.size(2)).isEqualTo(9);
                }
            });
            return 2.0 * 27 * 64 * 64 * 9 * 64 * 64 / seconds / 1e9;
        }
    }

    private static double seconds(Runnable work) {
        long best = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            long start = System.nanoTime();
            work.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9;
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
