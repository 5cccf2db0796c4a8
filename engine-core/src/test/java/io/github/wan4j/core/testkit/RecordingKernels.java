package io.github.wan4j.core.testkit;

import io.github.wan4j.core.kernels.Kernels;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Writes down which operations of {@link Kernels} are called from outside, and lets another implementation do them. */
public final class RecordingKernels {
    private final List<String> calls = new ArrayList<>();
    private final Kernels kernels;

    public RecordingKernels(Kernels delegate) {
        kernels = (Kernels) Proxy.newProxyInstance(
                RecordingKernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (!List.of("replays", "angles", "tokens", "takesQueriesInParts")
                            .contains(method.getName())) { // which compute nothing
                        calls.add(method.getName());
                    }
                    try {
                        return method.invoke(delegate, arguments);
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                });
    }

    /** What the code under test gets. */
    public Kernels kernels() {
        return kernels;
    }

    /** Names in the order of calls. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** How often each operation was called. */
    public Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        calls.forEach(name -> counts.merge(name, 1, Integer::sum));
        return counts;
    }

    public void clear() {
        calls.clear();
    }
}
