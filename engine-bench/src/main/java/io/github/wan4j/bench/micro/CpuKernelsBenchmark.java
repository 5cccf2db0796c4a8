package io.github.wan4j.bench.micro;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The CPU's kernels at the mini models' shapes, beside the machine's ceilings for products and convolutions. */
@BenchmarkMode(Mode.Throughput) // so that the counter of operations is a rate, too
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1) // oneDNN compiles its code at the first call
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1, // loading libtorch dominates a fork, and nothing of the JVM's profile matters here
        jvmArgsAppend = {"-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", "-Dorg.bytedeco.javacpp.maxBytes=0"})
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class CpuKernelsBenchmark {
    private static final double AGREEMENT = 1e-4;

    @Param
    public Work work;

    private DeviceSession session;
    private List<Tensor> operands;

    /** Floating-point operations a second, in units of 10⁹. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(org.openjdk.jmh.annotations.Scope.Thread)
    public static class Rate {
        public double gflop;
    }

    @Setup
    public void setUp() {
        EngineConfig config = EngineConfig.builder().devices(Device.CPU).build();
        session = Devices.find().open(Device.CPU, config);
        operands = session.call(work::operands);
        double error = session.call(() -> {
            try (Scope scope = Scope.open("check")) {
                Tensor plain = work.run(new ReferenceKernels(), operands);
                return work.run(session.kernels(), operands).sub(plain).norm() / plain.norm();
            }
        });
        if (!(error <= AGREEMENT)) {
            throw new IllegalStateException(work + " differs from the plain kernels by " + error);
        }
    }

    @Benchmark
    public double run(Rate rate) {
        rate.gflop += work.flops() / 1e9;
        return session.call(() -> {
            try (Scope scope = Scope.open("benchmark")) {
                return (double) work.run(session.kernels(), operands).count();
            }
        });
    }

    @TearDown
    public void tearDown() {
        boolean freed = session.call(() -> {
            operands.forEach(Tensor::close);
            return true;
        });
        assert freed;
        session.close();
    }
}
