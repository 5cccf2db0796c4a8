package io.github.wan4j.bench.report;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Times every call of a session's kernels by operation and shape, waiting for the device around each: slower, but it adds up.
 * Says as well which call held the most memory.
 */
final class KernelProfile {
    private static final class Sum {
        private long calls;
        private double ms;
    }

    private static final double GIB = 1L << 30;

    private final Map<String, Sum> sums = new TreeMap<>();
    private final DeviceSession session;
    private final Kernels kernels;
    private String peakCall = "";
    private long peak;

    KernelProfile(DeviceSession session) {
        Kernels delegate = session.kernels();
        this.session = session;
        kernels = (Kernels) Proxy.newProxyInstance(
                KernelProfile.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("replays")) {
                        return Replays.PLAIN; // nobody could wait within a record
                    }
                    session.synchronize();
                    long start = System.nanoTime();
                    try {
                        return method.invoke(delegate, arguments);
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    } finally {
                        session.synchronize();
                        add(method.getName() + shapes(arguments), (System.nanoTime() - start) / 1e6);
                    }
                });
    }

    /** What the models get. */
    Kernels kernels() {
        return kernels;
    }

    private void add(String name, double ms) {
        Sum sum = sums.computeIfAbsent(name, it -> new Sum());
        sum.calls++;
        sum.ms += ms;
        long now = session.memory().peak().orElse(0);
        if (now > peak) {
            peak = now;
            peakCall = name;
        }
    }

    private static String shapes(@Nullable Object @Nullable [] arguments) {
        StringBuilder text = new StringBuilder();
        int tensors = 0;
        for (Object argument : arguments == null ? new Object[0] : arguments) {
            boolean operand = argument instanceof Tensor || argument instanceof Operand;
            if (operand && tensors++ < 2) {
                text.append(' ').append(argument);
            }
        }
        return text.toString();
    }

    void clear() {
        sums.clear();
    }

    /** How much memory was held at most, and in which call. */
    String peak() {
        return String.format(Locale.ROOT, "peak %.2f GiB in %s", peak / GIB, peakCall);
    }

    /** The most expensive first. */
    List<String> lines() {
        return sums.entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> -entry.getValue().ms))
                .map(entry -> String.format(
                        Locale.ROOT,
                        "%9.2f ms %5d calls  %s",
                        entry.getValue().ms,
                        entry.getValue().calls,
                        entry.getKey()))
                .toList();
    }
}
