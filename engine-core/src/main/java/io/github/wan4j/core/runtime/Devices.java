package io.github.wan4j.core.runtime;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceProvider;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds devices and opens sessions on them. */
public final class Devices {
    private static final String CUDA_ARTIFACT = "io.github.wan4j:wan4j-engine-cuda";

    private final List<DeviceProvider> providers;

    Devices(List<DeviceProvider> providers) {
        this.providers = providers;
    }

    /** Those of every provider on the class path. */
    public static Devices find() {
        return new Devices(providers());
    }

    /** In order of preference; the CPU's is last. */
    public List<DeviceProvider> all() {
        return providers;
    }

    /** Providers from the class path, then the CPU's. */
    static List<DeviceProvider> providers() {
        List<DeviceProvider> providers = new ArrayList<>();
        try {
            ServiceLoader.load(DeviceProvider.class, Devices.class.getClassLoader())
                    .forEach(providers::add);
        } catch (ServiceConfigurationError e) {
            throw new EngineStartException("a device provider on the class path is broken: " + e.getMessage(), e);
        }
        providers.add(new CpuProvider(providers));
        return List.copyOf(providers);
    }

    /** The devices to run on: those asked for, else the first of the first provider that has one. */
    public List<Device> chosen(EngineConfig config) {
        if (!config.devices().isEmpty()) {
            return config.devices();
        }
        Natives.load(providers, config);
        return providers.stream()
                .flatMap(provider -> provider.devices().stream())
                .map(DeviceInfo::device)
                .limit(1)
                .toList();
    }

    /**
     * Opens a session.
     *
     * @throws EngineStartException if there is no such device: the message names the artifact that is missing, the
     *     obstacle in the way, or the devices that there are
     */
    public DeviceSession open(Device device, EngineConfig config) {
        DeviceProvider provider = provider(device);
        Natives.load(providers, config);
        List<Device> there = provider.devices().stream().map(DeviceInfo::device).toList();
        if (!there.contains(device)) {
            throw new EngineStartException(
                    there.isEmpty()
                            ? "there is no device " + device + ": "
                                    + provider.obstacle().orElse("none was found")
                            : "there is no device " + device + ", only "
                                    + there.stream().map(Device::toString).collect(Collectors.joining(", ")));
        }
        return provider.open(device, config);
    }

    private DeviceProvider provider(Device device) {
        for (DeviceProvider provider : providers) {
            if (provider.type().equals(device.type())) {
                return provider;
            }
        }
        throw new EngineStartException(
                device.kind() == Device.Kind.CUDA
                        ? "device " + device + " needs " + CUDA_ARTIFACT + " on the class path"
                        : "nothing can be run on the device " + device);
    }
}
