package io.github.wan4j.core.weights.pth;

import java.util.List;

/** A Python tuple. A class of its own, so that nobody hashes or prints what a hostile file may have nested a million deep. */
final class Tuple {
    private final List<Object> items;

    Tuple(List<Object> items) {
        this.items = items;
    }

    int size() {
        return items.size();
    }

    Object get(int index) {
        return items.get(index);
    }

    List<Object> items() {
        return items;
    }
}
