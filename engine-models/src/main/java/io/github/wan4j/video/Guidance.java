package io.github.wan4j.video;

/**
 * How far the prediction is pushed from the negative prompt towards the prompt, for the expert of low noise and the one
 * of high noise. A model of one expert has both equal; 1 follows the prompt alone.
 */
public record Guidance(double low, double high) {
    public Guidance(double both) {
        this(both, both);
    }

    public double of(Expert expert) {
        return expert == Expert.HIGH ? high : low;
    }

    @Override
    public String toString() {
        return low == high ? Double.toString(low) : low + "," + high;
    }
}
