package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A device with kernels that go wrong at a chosen call of a chosen operation, unless they compute in the plain way. */
final class UnsureSession extends StandInSession {
    private final Kernels kernels;
    private final List<Safety> computed = new ArrayList<>();
    private Safety way = Safety.FAST;
    private String broken = "";
    private int from;
    private int to;
    private int calls;
    private boolean always;
    private final Map<String, Integer> counts = new HashMap<>();
    private String hooked = "";
    private int hookedCall;
    private Runnable hook = () -> {};

    UnsureSession() {
        this(Devices.find().open(Device.CPU, EngineConfig.fromEnvironment()));
    }

    /** On any device, which computes in the plain way itself where it has one. */
    UnsureSession(DeviceSession device) {
        super(device);
        kernels = (Kernels) Proxy.newProxyInstance(
                UnsureSession.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (counts.merge(method.getName(), 1, Integer::sum) == hookedCall
                            && method.getName().equals(hooked)) {
                        hook.run();
                    }
                    try {
                        Object result = method.invoke(device.kernels(), arguments);
                        return isWrong(method.getName()) ? ((Tensor) result).mul(Double.NaN) : result;
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                });
    }

    /** The n-th call of an operation from now on, counted from 1, and all that follow answer with what is no number. */
    void breakFrom(String operation, int n) {
        breakBetween(operation, n, Integer.MAX_VALUE);
    }

    /** The n-th call of an operation alone. */
    void breakAt(String operation, int n) {
        breakBetween(operation, n, n);
    }

    private void breakBetween(String operation, int first, int last) {
        broken = operation;
        from = first;
        to = last;
        calls = 0;
        always = false;
    }

    /** In the plain way as well. */
    void always() {
        always = true;
    }

    private boolean isWrong(String operation) {
        if (!operation.equals(broken)) {
            return false;
        }
        calls++;
        return calls >= from && calls <= to && (always || way == Safety.FAST);
    }

    void forgetCalls() {
        counts.clear();
    }

    /** Runs something before the n-th call of an operation from now on, counted from 1. */
    void at(String operation, int n, Runnable work) {
        forgetCalls();
        hooked = operation;
        hookedCall = n;
        hook = work;
    }

    /** How often an operation was called since. */
    int calls(String operation) {
        return counts.getOrDefault(operation, 0);
    }

    /** The ways asked for, in order. */
    List<Safety> computed() {
        return List.copyOf(computed);
    }

    @Override
    public List<Safety> ways() {
        return List.of(Safety.values());
    }

    @Override
    public void compute(Safety wanted) {
        way = wanted;
        computed.add(wanted);
        if (device.ways().contains(wanted)) {
            device.compute(wanted);
        }
    }

    @Override
    public Kernels kernels() {
        return kernels;
    }
}
