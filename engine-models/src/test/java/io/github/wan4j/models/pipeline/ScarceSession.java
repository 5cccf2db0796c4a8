package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;

/** The CPU as if it had no room for an operation whose input has more elements than a limit. */
final class ScarceSession extends StandInSession {
    private final Kernels kernels;
    private String operation = "";
    private long limit = Long.MAX_VALUE;
    private long largest;
    private int failures;

    ScarceSession(EngineConfig config) {
        super(Devices.find().open(Device.CPU, config));
        kernels = (Kernels) Proxy.newProxyInstance(
                ScarceSession.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(operation)) {
                        require(((Tensor) arguments[0]).count());
                    }
                    try {
                        return method.invoke(device.kernels(), arguments);
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                });
    }

    /** From now on an operation of {@link Kernels} fails on more than so many elements. */
    void limit(String name, long elements) {
        operation = name;
        limit = elements;
        largest = 0;
        failures = 0;
    }

    /** What the limited operation was given since then, and how often it failed. */
    long largest() {
        return largest;
    }

    int failures() {
        return failures;
    }

    private void require(long elements) {
        largest = Math.max(largest, elements);
        if (elements > limit) {
            failures++;
            throw new OutOfDeviceMemoryException(
                    Device.CPU, 4 * elements, 4 * limit, "less would fit", new IllegalStateException("a stand-in"));
        }
    }

    @Override
    public Kernels kernels() {
        return kernels;
    }
}
