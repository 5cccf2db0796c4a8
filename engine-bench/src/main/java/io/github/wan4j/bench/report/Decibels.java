package io.github.wan4j.bench.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How far the videos of one setup are from those of another. */
record Decibels(double mean, double median, double p10, double worst, int worstAt) {
    /** values: one for each prompt, in order. */
    static Decibels of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to count");
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double mean = Arrays.stream(sorted).average().orElseThrow();
        return new Decibels(mean, quantile(sorted, 0.5), quantile(sorted, 0.1), sorted[0], values.indexOf(sorted[0]));
    }

    /** Between the two neighbours in proportion. */
    private static double quantile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** The columns of a table. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f | %.2f | %.2f | %.2f", mean, median, p10, worst);
    }
}
