package io.github.wan4j.core;

/** How several GPUs share one forward: the guidance branches on 1 or 2 groups, the tokens over {@code sequence} within each. */
public record Parallelism(int guidance, int sequence) {
    public Parallelism {
        if (guidance < 1 || guidance > 2) {
            throw new IllegalArgumentException("there are 1 or 2 guidance branches, not " + guidance);
        }
        if (sequence < 1) {
            throw new IllegalArgumentException("tokens are split over 1 device or more, not " + sequence);
        }
    }

    /** Devices in all. */
    public int devices() {
        return guidance * sequence;
    }

    /** Reads {@code 2x4}. */
    static Parallelism parse(String text) {
        String[] parts = text.split("[x×]", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("'" + text + "' is not two numbers with an x");
        }
        return new Parallelism(Settings.integer(parts[0]), Settings.integer(parts[1]));
    }

    @Override
    public String toString() {
        return guidance + "x" + sequence;
    }
}
