package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.runtime.HostMemory;
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

    /** The device that an engine would run on here. One that is a GPU is opened for a moment to see what memory is free. */
    public static Target here(EngineConfig config) {
        Devices devices = Devices.find();
        Device chosen = devices.chosen(config).get(0);
        if (chosen.kind() == Device.Kind.CPU) {
            return new Target(cpu(config, HostMemory.now()), PlacementWishes.of(config));
        }
        try (DeviceSession session = devices.open(chosen, config)) {
            return of(
                    session,
                    config,
                    new RatesFile(config.cacheDir(), session.info().name()).rates());
        }
    }

    /** A session's device as it is just now: what others hold of its memory is not counted on, what the engine holds is. */
    static Target of(DeviceSession session, EngineConfig config, MeasuredRates measured) {
        DeviceInfo info = session.info();
        MemoryStatus memory = session.memory();
        if (info.device().kind() == Device.Kind.CPU) {
            return new Target(cpu(config, memory).withMeasured(measured), PlacementWishes.of(config));
        }
        DeviceProfile device = DeviceProfile.atHand(
                        info.device().toString(),
                        info.name(),
                        Integer.parseInt(info.architecture().replaceAll("\\D", "")),
                        info.units(),
                        memory.free() + memory.used().orElse(0))
                .withMeasured(measured);
        return new Target(device, PlacementWishes.of(config));
    }

    /** The same with so much of the model's files in the host's memory. */
    Target withCachedWeights(double share) {
        return new Target(device.withCachedWeights(share), wishes);
    }

    private static DeviceProfile cpu(EngineConfig config, MemoryStatus memory) {
        return DeviceProfile.cpu(config.cpuThreads()).withMemory(memory.total());
    }
}
