package io.github.wan4j.core.runtime;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceProvider;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import java.util.List;
import java.util.Optional;

/** The device that every machine has. */
final class CpuProvider implements DeviceProvider {
    @Override
    public String type() {
        return Device.CPU.type();
    }

    @Override
    public List<DeviceInfo> devices() {
        return List.of(CpuModel.describe());
    }

    @Override
    public Optional<String> obstacle() {
        return Optional.empty();
    }

    @Override
    public DeviceSession open(Device device, EngineConfig config) {
        return new CpuSession(devices().get(0), config);
    }
}
