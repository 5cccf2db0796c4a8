package io.github.wan4j.models.plan;

import io.github.wan4j.video.InvalidRequestException;
import java.util.BitSet;
import java.util.function.IntPredicate;

/** Which steps are computed and which reuse an earlier one's result; {@code ##.#} as text. Immutable. */
public final class SkipMask {
    private final int steps;
    private final BitSet computed;

    private SkipMask(int steps, BitSet computed) {
        this.steps = steps;
        this.computed = computed;
    }

    /** Everything is computed. */
    public static SkipMask none(int steps) {
        return of(steps, step -> true);
    }

    public static SkipMask of(int steps, IntPredicate computed) {
        BitSet bits = new BitSet(steps);
        for (int step = 0; step < steps; step++) {
            bits.set(step, computed.test(step));
        }
        return new SkipMask(steps, bits);
    }

    /** Reads one character a step. */
    public static SkipMask parse(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '#' && text.charAt(i) != '.') {
                throw new InvalidRequestException("mask has '" + text.charAt(i) + "' at step " + (i + 1)
                        + ", write # for a step to compute and . for one to reuse");
            }
        }
        return of(text.length(), step -> text.charAt(step) == '#');
    }

    public int steps() {
        return steps;
    }

    public boolean computes(int step) {
        if (step < 0 || step >= steps) {
            throw new IndexOutOfBoundsException("step " + step + " of " + steps);
        }
        return computed.get(step);
    }

    /** How many steps are computed. */
    public int computed() {
        return computed.cardinality();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SkipMask that && steps == that.steps && computed.equals(that.computed);
    }

    @Override
    public int hashCode() {
        return 31 * steps + computed.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(steps);
        for (int step = 0; step < steps; step++) {
            text.append(computes(step) ? '#' : '.');
        }
        return text.toString();
    }
}
