package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.spi.MemoryStatus;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.models.plan.DeviceProfile;
import io.github.wan4j.models.plan.MeasuredRates;
import io.github.wan4j.models.plan.PlacementWishes;

/** What plans are made for: a device with the memory that a job may take of it, and what the engine's settings ask. */
public record Target(DeviceProfile device, PlacementWishes wishes) {
    /** A device that need not be there, of which the settings may leave a part to others. */
    public static Target of(DeviceProfile device, EngineConfig config) {
        long most = Math.max(1, device.memoryBytes() - config.reserveVram());
        long limit = Math.min(most, config.vramLimit().orElse(most));
        return new Target(device.gpu() ? device.withMemory(limit) : device, PlacementWishes.of(config));
    }

    /** This device as it is just now: what others hold of its memory is not counted on, what the engine holds is. */
    static Target of(DeviceSession session, EngineConfig config, MeasuredRates measured) {
        DeviceInfo info = session.info();
        MemoryStatus memory = session.memory();
        DeviceProfile device = info.device().kind() == Device.Kind.CPU
                ? DeviceProfile.cpu(config.cpuThreads()).withMemory(memory.total())
                : DeviceProfile.atHand(
                        info.device().toString(),
                        info.name(),
                        Integer.parseInt(info.architecture().replaceAll("\\D", "")),
                        info.units(),
                        memory.free() + memory.used().orElse(0));
        return new Target(device.withMeasured(measured), PlacementWishes.of(config));
    }
}
