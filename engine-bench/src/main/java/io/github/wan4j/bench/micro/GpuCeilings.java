package io.github.wan4j.bench.micro;

import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;

/**
 * What a GPU does at best in this minute.
 *
 * @param bytesPerSecond read and written by a copy of 4 GiB
 * @param flopsPerSecond of a product of 8192³ in bf16
 */
record GpuCeilings(double bytesPerSecond, double flopsPerSecond) {
    private static final int RUNS = 6;
    private static final long COPIED = 1L << 32;
    private static final long SIDE = 8192;

    /** On the session's thread. */
    static GpuCeilings measure(DeviceSession session) {
        return new GpuCeilings(2.0 * COPIED / copy(session), 2.0 * SIDE * SIDE * SIDE / product(session));
    }

    private static double copy(DeviceSession session) {
        try (Scope scope = Scope.open("copy")) {
            Device device = session.info().device();
            Tensor from = Tensors.zeros(DType.F32, device, COPIED / DType.F32.bytes());
            Tensor to = Tensors.zeros(DType.F32, device, COPIED / DType.F32.bytes());
            return seconds(session, () -> to.copyFrom(from));
        }
    }

    private static double product(DeviceSession session) {
        try (Scope scope = Scope.open("product")) {
            Tensor x = GpuOperands.random(1, DType.BF16, session.info().device(), SIDE, SIDE);
            Tensor weight = GpuOperands.random(2, DType.BF16, session.info().device(), SIDE, SIDE);
            return seconds(session, () -> {
                try (Tensor y = Functional.linear(x, weight, null)) {
                    assert y.count() == SIDE * SIDE;
                }
            });
        }
    }

    /** The best of a few. */
    private static double seconds(DeviceSession session, Runnable work) {
        double best = Double.POSITIVE_INFINITY;
        for (int run = 0; run < RUNS; run++) {
            session.synchronize();
            long begin = System.nanoTime();
            work.run();
            session.synchronize();
            best = Math.min(best, (System.nanoTime() - begin) / 1e9);
        }
        return best;
    }
}
