package io.github.wan4j.core.spi;

import io.github.wan4j.core.tensor.Device;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a device is.
 *
 * @param name the maker's, for example {@code AMD EPYC} or {@code NVIDIA H200}
 * @param units physical cores, or multiprocessors
 * @param architecture what code is made for: {@code amd64}, {@code sm_90}
 * @param memoryBytes all memory, whoever uses it
 * @param details what else is worth showing, in order
 */
public record DeviceInfo(
        Device device, String name, int units, String architecture, long memoryBytes, Map<String, String> details) {
    public DeviceInfo {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
}
