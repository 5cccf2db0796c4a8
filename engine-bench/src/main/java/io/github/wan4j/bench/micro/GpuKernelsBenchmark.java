package io.github.wan4j.bench.micro;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The GPU's kernels, products and attention at the full-size models' shapes, beside a copy and a large product. */
@BenchmarkMode(Mode.Throughput) // so that the counters are rates, too
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", "-Dorg.bytedeco.javacpp.maxBytes=0"})
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls setUp
public class GpuKernelsBenchmark {
    /** Launches between two waits for the device. */
    private static final int LAUNCHES = 16;

    private static final double AGREEMENT = 1e-2; // of results in bf16
    private static final long CHECKED = 64;

    @Param
    public GpuWork work;

    @Param
    public GpuShape shape;

    private DeviceSession session;
    private Scope scope;
    private GpuOperands operands;
    private GpuCeilings ceilings;

    /** What is done in a second, in units of 10¹², and as a share of what a copy or a large product did before. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(org.openjdk.jmh.annotations.Scope.Thread)
    public static class Rate {
        public double terabyte;
        public double teraflop;
        public double ofCeiling;
    }

    @Setup
    @SuppressWarnings("MustBeClosedChecker") // tearDown closes them
    public void setUp() {
        Devices devices = Devices.find();
        EngineConfig config = EngineConfig.fromEnvironment();
        Device device = devices.chosen(config).get(0);
        if (device.kind() != Device.Kind.CUDA) {
            throw new IllegalStateException("skipped: there is no GPU that can be used, 'wan doctor' says why");
        }
        session = devices.open(device, config);
        ceilings = session.call(() -> GpuCeilings.measure(session));
        double error = session.call(() -> {
            scope = Scope.open("operands");
            operands = GpuOperands.of(shape, session.info().device(), session.kernels());
            return error();
        });
        if (!(error <= AGREEMENT)) {
            throw new IllegalStateException(work + " differs from the plain kernels by " + error);
        }
    }

    /** Of the first rows, relative. */
    private double error() {
        try (Scope check = Scope.open("check")) {
            Kernels plain = new ReferenceKernels();
            Tensor exact = work.run(plain, operands.first(CHECKED)).to(DType.F32);
            Tensor own =
                    work.run(session.kernels(), operands).narrow(1, 0, CHECKED).to(DType.F32);
            return own.sub(exact).norm() / exact.norm();
        }
    }

    @Benchmark
    @OperationsPerInvocation(LAUNCHES)
    public long run(Rate rate) {
        double bytes = LAUNCHES * work.bytes(shape);
        double flops = LAUNCHES * work.flops(shape);
        rate.terabyte += bytes / 1e12;
        rate.teraflop += flops / 1e12;
        rate.ofCeiling += bytes / ceilings.bytesPerSecond() + flops / ceilings.flopsPerSecond();
        return session.call(() -> {
            long count = 0;
            for (int launch = 0; launch < LAUNCHES; launch++) {
                try (Scope once = Scope.open("once")) {
                    count += work.run(session.kernels(), operands).count();
                }
            }
            session.synchronize();
            return count;
        });
    }

    @TearDown
    public void tearDown() {
        boolean freed = session.call(() -> {
            scope.close();
            return true;
        });
        assert freed;
        session.close();
    }
}
