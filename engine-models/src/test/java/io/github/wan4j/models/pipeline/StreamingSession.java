package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.spi.MemoryStatus;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.TestTransport;
import io.github.wan4j.core.weights.BlockStream;
import io.github.wan4j.core.weights.WeightStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** The CPU as a device of which weights come and go. */
final class StreamingSession implements DeviceSession {
    private final DeviceSession cpu = Devices.find().open(Device.CPU, EngineConfig.fromEnvironment());
    private final Supplier<TestTransport> transports;
    private final List<TestTransport> opened = new ArrayList<>();

    StreamingSession(Supplier<TestTransport> transports) {
        this.transports = transports;
    }

    /** Those of all streams so far. */
    List<TestTransport> opened() {
        return opened;
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public BlockStream openStream(int slots) {
        TestTransport transport = transports.get();
        opened.add(transport);
        return new BlockStream(Device.CPU, kernels(), transport, slots);
    }

    @Override
    public DeviceInfo info() {
        return cpu.info();
    }

    @Override
    public Kernels kernels() {
        return cpu.kernels();
    }

    @Override
    public WeightStore openWeights() {
        return cpu.openWeights();
    }

    @Override
    public MemoryStatus memory() {
        return cpu.memory();
    }

    @Override
    public <T> T call(Callable<T> work) {
        return cpu.call(work);
    }

    @Override
    public boolean onThread() {
        return cpu.onThread();
    }

    @Override
    public void synchronize() {
        cpu.synchronize();
    }

    @Override
    public void close() {
        cpu.close();
    }
}
