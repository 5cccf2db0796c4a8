package io.github.wan4j.core.weights;

import java.util.List;

/** Blocks that take turns in the slots of a ring: block i in slot i, modulo their number. */
final class StreamedBlocks<T> implements Blocks<T>, AutoCloseable {
    private final SlotRing ring;
    private final List<T> blocks;
    private final List<BlockSpace> spaces;

    StreamedBlocks(SlotRing ring, List<T> blocks, List<BlockSpace> spaces) {
        this.ring = ring;
        this.blocks = List.copyOf(blocks);
        this.spaces = List.copyOf(spaces);
    }

    @Override
    public int count() {
        return blocks.size();
    }

    /** Block {@code index}; the ones that come after it are sent for. */
    @Override
    public T get(int index) {
        T block = blocks.get(index);
        ring.bring(new Place(this, index));
        return block;
    }

    /** Frees the tensors of the blocks; the slots stay. Nothing may be on its way any more. */
    @Override
    public void close() {
        ring.empty(this);
        spaces.forEach(BlockSpace::close);
    }

    /** One of the blocks. */
    record Place(StreamedBlocks<?> of, int index) {
        Slot slot() {
            return of.ring.slot(index);
        }

        List<Delivery> deliveries() {
            return of.spaces.get(index).deliveries();
        }
    }
}
