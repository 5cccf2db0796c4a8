package io.github.wan4j.core.weights;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Memory of a device through which the blocks of networks of one shape pass, such as the experts of a model. With two slots
 * a block computes while the next one comes; with {@link #ALL} one network is resident, and another takes its place block by
 * block during its last pass. Blocks that are seldom needed have two slots in any case. Weights outside of blocks stay. Used by one thread.
 */
public final class BlockStream implements AutoCloseable {
    /** As many slots as there are blocks. */
    public static final int ALL = Integer.MAX_VALUE;

    /** One computes while the other comes. */
    private static final int LEAST = 2;

    private final Device device;
    private final Kernels kernels;
    private final Transport transport;
    private final int most;
    private final List<SlotRing> rings = new ArrayList<>(); // by the order in which a network asks for blocks
    private @Nullable StreamedStore now;
    private @Nullable StreamedStore next;

    /** The transport is the stream's from now on. */
    public BlockStream(Device device, Kernels kernels, Transport transport, int slots) {
        this.device = device;
        this.kernels = kernels;
        this.transport = transport;
        most = Math.max(LEAST, slots);
    }

    /** A store for one more network, which the caller closes before the stream. */
    public WeightStore openStore() {
        return new StreamedStore(this, device, kernels, transport);
    }

    /** Says that the blocks of a checkpoint will soon be asked for. */
    public void announce(Checkpoint checkpoint) {
        transport.announce(checkpoint);
    }

    /**
     * Says what comes after the last block of the pass that begins next, on {@code of}: a pass on {@code then}, or none. Both
     * are stores of this stream. Until it is said, passes on one store follow each other.
     */
    public void follow(WeightStore of, @Nullable WeightStore then) {
        now = (StreamedStore) of;
        next = (StreamedStore) then;
    }

    private Optional<StreamedBlocks<?>> following(StreamedBlocks<?> blocks) {
        StreamedStore said = now;
        if (said == null || !said.has(blocks)) {
            return Optional.of(blocks);
        }
        StreamedStore then = next;
        return then == null ? Optional.empty() : then.like(said, blocks);
    }

    <T> StreamedBlocks<T> blocks(StreamedStore store, int ordinal, int count, IntFunction<T> make) {
        return blocks(store, ordinal, count, most, make);
    }

    /** In the fewest slots, however many there are for others. */
    <T> StreamedBlocks<T> passingBlocks(StreamedStore store, int ordinal, int count, IntFunction<T> make) {
        return blocks(store, ordinal, count, LEAST, make);
    }

    private <T> StreamedBlocks<T> blocks(StreamedStore store, int ordinal, int count, int slots, IntFunction<T> make) {
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            try (BlockSpace space = BlockSpace.measuring()) {
                T unused = store.make(space, make, i);
                assert unused != null;
                bytes = Math.max(bytes, space.bytes());
            }
        }
        SlotRing ring = ring(ordinal, Math.min(slots, count), Math.max(1, bytes));
        List<T> blocks = new ArrayList<>();
        List<BlockSpace> spaces = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                BlockSpace space = BlockSpace.in(ring.slot(i));
                spaces.add(space);
                blocks.add(store.make(space, make, i));
            }
        } catch (RuntimeException | Error e) {
            spaces.forEach(BlockSpace::close);
            throw e;
        }
        return new StreamedBlocks<>(ring, blocks, spaces);
    }

    /** The ring that other networks use for the same, or a new one. */
    private SlotRing ring(int ordinal, int count, long bytes) {
        if (ordinal < rings.size()) {
            SlotRing shared = rings.get(ordinal);
            if (shared.count() != count || !shared.takes(bytes)) {
                throw new IllegalArgumentException("networks of one stream have blocks of one shape: " + count
                        + " slots of " + bytes + " bytes do not fit into the " + shared.count() + " that are there");
            }
            return shared;
        }
        SlotRing ring = new SlotRing(transport, device, count, bytes, this::following);
        rings.add(ring);
        return ring;
    }

    /** A store is gone: nothing of its is sent for any more. */
    void forget(StreamedStore store) {
        if (now == store || next == store) {
            now = null;
            next = null;
        }
        transport.settle(); // nothing may be on its way to tensors that are about to go
    }

    @Override
    public void close() {
        try {
            transport.close();
        } finally {
            rings.forEach(SlotRing::close);
            rings.clear();
        }
    }
}
