package io.github.wan4j.cuda;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Arrays;

/** A session on the first GPU, and random tensors there. */
final class Gpu implements AutoCloseable {
    static final Device DEVICE = Device.cuda(0);

    private final CudaSession session;

    private Gpu(CudaSession session) {
        this.session = session;
    }

    static Gpu open() {
        return open(EngineConfig.fromEnvironment());
    }

    static Gpu open(EngineConfig config) {
        return new Gpu((CudaSession) new CudaProvider().open(DEVICE, config));
    }

    CudaSession session() {
        return session;
    }

    /** Work with tensors; nothing is kept. */
    interface Work {
        void run(CudaKernels kernels) throws Exception;
    }

    void run(Work work) {
        boolean done = session.call(() -> {
            try (Scope scope = Scope.open("test")) {
                work.run((CudaKernels) session.kernels());
            }
            return true;
        });
        assert done;
    }

    /** Normal numbers around 0.2, f32; different for each seed. */
    static Tensor random(int seed, long... shape) {
        long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        long period = Math.min(count, (1 << 20) + 7); // large tensors repeat themselves out of step with any dimension
        try (Rng rng = new Rng(seed)) {
            Tensor values = rng.normal(period).add(0.2).to(DEVICE, DType.F32);
            Tensor flat = period == count
                    ? values
                    : values.reshape(1, period)
                            .expand((count + period - 1) / period, period)
                            .reshape(-1)
                            .narrow(0, 0, count);
            return flat.reshape(shape);
        }
    }

    static Tensor random(int seed, DType type, long... shape) {
        return random(seed, shape).to(type);
    }

    @Override
    public void close() {
        session.close();
    }
}
