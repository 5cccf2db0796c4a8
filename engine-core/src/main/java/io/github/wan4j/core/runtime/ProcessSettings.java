package io.github.wan4j.core.runtime;

import io.github.wan4j.core.EngineStartException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What libtorch keeps once per process although engines have wishes about it. The first session that wishes for something
 * sets it; while that session is open, others may only wish for the same; the last one to close puts it back.
 */
public final class ProcessSettings {
    private static final ProcessSettings OF_THIS_PROCESS = new ProcessSettings();

    private final Map<String, Held> held = new HashMap<>();

    /**
     * A wish.
     *
     * @param name as users know it: {@code cpuThreads}
     * @param value compared with others' wishes and printed
     * @param apply makes it so and returns what puts it back; does nothing where it cannot be put back
     */
    public record Wish(String name, Object value, Supplier<Runnable> apply) {}

    /** Somebody's hold on settings; closing it twice is harmless. */
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Held {
        final Object value;
        final Runnable undo;
        int holders = 1;

        Held(Object value, Runnable undo) {
            this.value = value;
            this.undo = undo;
        }
    }

    ProcessSettings() {}

    /**
     * Grants all wishes or none.
     *
     * @throws EngineStartException if another session holds a setting at another value
     */
    public static Hold hold(List<Wish> wishes) {
        return OF_THIS_PROCESS.grant(wishes);
    }

    synchronized Hold grant(List<Wish> wishes) {
        List<String> conflicts = new ArrayList<>();
        for (Wish wish : wishes) {
            Held other = held.get(wish.name());
            if (other != null && !other.value.equals(wish.value())) {
                conflicts.add(wish.name() + " is " + other.value + " and cannot become " + wish.value());
            }
        }
        if (!conflicts.isEmpty()) {
            throw new EngineStartException("another engine of this process has settings that hold for all of it: "
                    + String.join(", ", conflicts) + "; wish for the same or close that engine first");
        }
        List<String> granted = new ArrayList<>();
        try {
            for (Wish wish : wishes) {
                Held other = held.get(wish.name());
                if (other == null) {
                    held.put(wish.name(), new Held(wish.value(), wish.apply().get()));
                } else {
                    other.holders++;
                }
                granted.add(wish.name());
            }
        } catch (Throwable t) {
            release(granted);
            throw t;
        }
        return holdOn(granted);
    }

    private Hold holdOn(List<String> granted) {
        return new Hold() {
            private boolean closed;

            @Override
            public void close() {
                synchronized (ProcessSettings.this) {
                    if (!closed) {
                        closed = true;
                        release(granted);
                    }
                }
            }
        };
    }

    private synchronized void release(List<String> names) {
        for (int i = names.size() - 1; i >= 0; i--) {
            Held setting = held.get(names.get(i));
            if (setting != null && --setting.holders == 0) {
                held.remove(names.get(i));
                setting.undo.run();
            }
        }
    }
}
