package io.github.wan4j.core.testkit;

import io.github.wan4j.core.weights.Delivery;
import io.github.wan4j.core.weights.HostTransport;
import io.github.wan4j.core.weights.Transport;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies on the host as a device would: as early as it may, at once, or as late as it may, when somebody waits. Whatever reads
 * too early or is overwritten too early comes out wrong. Writes down what it is asked for, and fails when told to.
 */
public final class TestTransport implements Transport {
    private final Transport host = new HostTransport();
    private final boolean late;
    private final List<String> log = new ArrayList<>();
    private int sendsUntilFailure = Integer.MAX_VALUE;
    private int waitsUntilFailure = Integer.MAX_VALUE;
    private boolean closed;

    private TestTransport(boolean late) {
        this.late = late;
    }

    public static TestTransport early() {
        return new TestTransport(false);
    }

    public static TestTransport late() {
        return new TestTransport(true);
    }

    /** The {@code count}-th delivery from now fails when it is sent, counted from 1. */
    public void failSend(int count) {
        sendsUntilFailure = count;
    }

    /** The {@code count}-th delivery that is waited for from now fails, counted from 1. */
    public void failWait(int count) {
        waitsUntilFailure = count;
    }

    @Override
    public Arrival send(List<Delivery> deliveries) {
        if (closed) {
            throw new IllegalStateException("sent after the end");
        }
        List<String> names =
                deliveries.stream().map(delivery -> delivery.entry().name()).toList();
        if (--sendsUntilFailure == 0) {
            throw new IllegalArgumentException("cannot send " + names);
        }
        log.addAll(names);
        if (late) {
            return () -> {
                failIfDue(names);
                host.send(deliveries).await();
            };
        }
        Arrival arrival = host.send(deliveries);
        return () -> {
            failIfDue(names);
            arrival.await();
        };
    }

    private void failIfDue(List<String> names) {
        if (--waitsUntilFailure == 0) {
            throw new IllegalArgumentException("lost on the way: " + names);
        }
    }

    /** Names of the tensors sent since the last call, in order. */
    public List<String> sent() {
        List<String> names = List.copyOf(log);
        log.clear();
        return names;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        host.close();
    }
}
