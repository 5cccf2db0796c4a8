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
    private final List<DeviceProvider> preferred;

    /** @param preferred those that a run would rather take */
    CpuProvider(List<DeviceProvider> preferred) {
        this.preferred = List.copyOf(preferred);
    }

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
        return new CpuSession(devices().get(0), config, config.devices().isEmpty() ? inTheWay() : List.of());
    }

    /** Why hardware that is there is not used by a run that left the choice to the engine. */
    private List<String> inTheWay() {
        return preferred.stream()
                .filter(DeviceProvider::isNear)
                .flatMap(provider -> provider.obstacle().stream())
                .map(obstacle -> "this runs on the CPU: " + obstacle)
                .toList();
    }
}
