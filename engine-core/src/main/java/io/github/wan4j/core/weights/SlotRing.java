package io.github.wan4j.core.weights;

import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.weights.StreamedBlocks.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Slots that blocks pass through in their order, pass after pass. Whoever asks for a block gets it, waiting for it on the
 * device at most; the slots of the blocks before it are free then and take those that come next: with two slots the one
 * block computes while the next one comes, with as many as there are blocks nothing moves, until other blocks follow.
 */
final class SlotRing implements AutoCloseable {
    /** Sent for while one block computes: more would let the device wait for the host. */
    private static final int AT_ONCE = 2;

    private final Transport transport;
    private final Function<StreamedBlocks<?>, Optional<StreamedBlocks<?>>> following;
    private final List<Slot> slots = new ArrayList<>();

    /** {@code following}: whose first block comes after the last one. */
    SlotRing(
            Transport transport,
            Device device,
            int count,
            long bytes,
            Function<StreamedBlocks<?>, Optional<StreamedBlocks<?>>> following) {
        this.transport = transport;
        this.following = following;
        try {
            for (int i = 0; i < count; i++) {
                slots.add(new Slot(device, bytes));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    int count() {
        return slots.size();
    }

    boolean takes(long bytes) {
        return slots.get(0).bytes() >= bytes;
    }

    Slot slot(int index) {
        return slots.get(index % slots.size());
    }

    void bring(Place now) {
        Slot slot = now.slot();
        if (!slot.holds(now)) {
            slot.fill(now, transport);
        }
        slot.await();
        sendAhead(now);
    }

    private void sendAhead(Place now) {
        Set<Slot> needed = new HashSet<>(Set.of(now.slot()));
        int sent = 0;
        for (Optional<Place> next = after(now); next.isPresent() && sent < AT_ONCE; next = after(next.get())) {
            Slot slot = next.get().slot();
            if (!needed.add(slot)) {
                return; // what is there is needed sooner
            }
            if (!slot.holds(next.get())) {
                slot.fill(next.get(), transport);
                sent++;
            }
        }
    }

    private Optional<Place> after(Place place) {
        return place.index() + 1 < place.of().count()
                ? Optional.of(new Place(place.of(), place.index() + 1))
                : following.apply(place.of()).map(blocks -> new Place(blocks, 0));
    }

    /** Forgets what it holds of these. */
    void empty(StreamedBlocks<?> blocks) {
        slots.stream().filter(slot -> slot.holdsOneOf(blocks)).forEach(Slot::empty);
    }

    @Override
    public void close() {
        slots.forEach(Slot::close);
        slots.clear();
    }
}
