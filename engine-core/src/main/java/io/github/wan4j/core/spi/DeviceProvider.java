package io.github.wan4j.core.spi;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.tensor.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One kind of device. Implementations have a public constructor without arguments that does no work. */
public interface DeviceProvider {
    /** The kind's name, as in {@link Device#type}: {@code cpu}, {@code cuda}. */
    String type();

    /**
     * Called once in a process, before any native library is loaded: finds and loads what the natives built for a GPU
     * need. True if they can then be used; false with an {@link #obstacle} if not. Nothing of libtorch may be touched.
     */
    default boolean prepareNatives(EngineConfig config) {
        return false;
    }

    /** What can be used in this process, by index; asked once the natives are loaded. Empty if there is an {@link #obstacle}. */
    List<DeviceInfo> devices();

    /** Why there is no device, in one sentence that says what is missing and where it was looked for. */
    Optional<String> obstacle();

    /**
     * Whether there is such hardware, as far as that was found out: then an {@link #obstacle} is news to its owner, and a run
     * that takes another device says so.
     */
    default boolean isNear() {
        return false;
    }

    /** What else a report on this machine should show, name to value: libraries and where they were found, versions. */
    default Map<String, String> findings() {
        return Map.of();
    }

    /**
     * A session on one of {@link #devices}.
     *
     * @throws io.github.wan4j.core.EngineStartException if the device cannot be used
     */
    DeviceSession open(Device device, EngineConfig config);
}
