package io.github.wan4j.models.umt5;

/**
 * Which of a layer's biases applies between two positions: keys after the query take the upper half of the buckets; in each
 * half distances below a half of it have a bucket of their own, and longer ones share them on a logarithmic scale up to 128.
 */
final class RelativeBuckets {
    private static final int MAX_DISTANCE = 128;

    private RelativeBuckets() {}

    /** The bucket of every distance from 1 − tokens to tokens − 1, a key's position less the query's. */
    static long[] byDistance(int tokens, int buckets) {
        long[] byDistance = new long[2 * tokens - 1];
        for (int i = 0; i < byDistance.length; i++) {
            byDistance[i] = bucket(i - (tokens - 1), buckets);
        }
        return byDistance;
    }

    /** In f32 step by step, as the reference: at the borders of buckets the last bit decides. */
    static int bucket(int distance, int buckets) {
        int half = buckets / 2;
        int exact = half / 2;
        int side = distance > 0 ? half : 0;
        int n = Math.abs(distance);
        if (n < exact) {
            return side + n;
        }
        float logarithm = (float) Math.log(n / (float) exact);
        float share = logarithm / (float) Math.log(MAX_DISTANCE / (double) exact);
        return side + Math.min(half - 1, exact + (int) (share * (half - exact)));
    }
}
