package io.github.wan4j.cuda;

import io.github.wan4j.core.GraphUse;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.spi.Choice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The CUDA graphs of one session. Work is recorded from its third time on: the first warms it up, and the second is timed, which
 * tells whether it takes longer to launch than to compute. Then, and if graphs are asked for, a record is made and replayed.
 */
final class Graphs implements AutoCloseable {
    /** Launching hides behind computing as long as it takes less of the time than this. */
    private static final double HIDDEN = 0.75;

    /**
     * Longer work is never worth a record. A stream queues some 1024 launches and lets the next ones wait for the device, so
     * of many the share says nothing; and what a record holds in memory is nobody else's.
     */
    private static final long LONGEST_NANOS = 100_000_000;

    private final GraphUse use;
    private final int device;
    private final List<Recordings> open = new ArrayList<>();
    private final Map<String, String> findings = new LinkedHashMap<>();
    private int recorded;
    private boolean rests;

    Graphs(GraphUse use, int device) {
        this.use = use;
        this.device = device;
    }

    int device() {
        return device;
    }

    Replays replays(String name) {
        if (use == GraphUse.OFF) {
            return Replays.PLAIN;
        }
        Recordings made = new Recordings(this, name);
        open.add(made);
        return made;
    }

    void closed(Recordings recordings) {
        open.remove(recordings);
    }

    /** Whether work is to be timed before it is recorded. */
    boolean decides() {
        return use == GraphUse.AUTO;
    }

    /** Whether work that launched for so long, of so long until the device was done, is worth a record. */
    synchronized boolean pays(String name, long launchNanos, long nanos) {
        boolean pays = launchNanos >= HIDDEN * nanos && nanos <= LONGEST_NANOS;
        findings.put(
                name,
                String.format(
                        Locale.ROOT,
                        "%s took %.1f ms to launch of %.1f, %s",
                        name,
                        launchNanos / 1e6,
                        nanos / 1e6,
                        pays ? "so it is replayed" : "so it hides its launches"));
        return pays;
    }

    synchronized void recorded(String name) {
        recorded++;
        findings.putIfAbsent(name, name + " is replayed");
    }

    synchronized void failed(String name, RuntimeException reason) {
        findings.put(name, name + " cannot be recorded: " + reason.getMessage());
    }

    synchronized Choice choice() {
        if (use == GraphUse.OFF) {
            return new Choice("graphs", "off", "asked for");
        }
        String wish = use == GraphUse.ON ? "asked for" : "where launches are not hidden";
        String found = findings.isEmpty() ? "no work came often enough" : String.join("; ", findings.values());
        return new Choice("graphs", recorded > 0 ? "on" : "off", wish + ": " + found);
    }

    /** Until it is called again, work is recorded and replayed or simply done; records hold the other way's kernels and go. */
    synchronized void rest(boolean now) {
        rests = now;
        forget();
    }

    /** Whether work is simply done. */
    synchronized boolean rests() {
        return rests;
    }

    /** Gives the memory of all records back; work that goes on is recorded anew. */
    void forget() {
        List.copyOf(open).forEach(Recordings::forget);
    }

    @Override
    public void close() {
        List.copyOf(open).forEach(Recordings::close);
    }
}
