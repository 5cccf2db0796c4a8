package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.spi.MemoryStatus;
import io.github.wan4j.core.weights.WeightStore;
import java.util.concurrent.Callable;

/** A device that does what another one does, where a test does not say otherwise. */
class StandInSession implements DeviceSession {
    final DeviceSession device;

    StandInSession(DeviceSession device) {
        this.device = device;
    }

    @Override
    public DeviceInfo info() {
        return device.info();
    }

    @Override
    public Kernels kernels() {
        return device.kernels();
    }

    @Override
    public WeightStore openWeights() {
        return device.openWeights();
    }

    @Override
    public MemoryStatus memory() {
        return device.memory();
    }

    @Override
    public <T> T call(Callable<T> work) {
        return device.call(work);
    }

    @Override
    public boolean onThread() {
        return device.onThread();
    }

    @Override
    public void synchronize() {
        device.synchronize();
    }

    @Override
    public void close() {
        device.close();
    }
}
