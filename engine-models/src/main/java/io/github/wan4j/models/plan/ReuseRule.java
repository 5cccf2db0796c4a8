package io.github.wan4j.models.plan;

/** What reusing costs, known before sampling. */
interface ReuseRule {
    /** Error gathered at a step, and at those before it, when the last computed one is {@code from}; same expert. */
    double error(int from, int step);

    /** Most steps that may be reused in a row. */
    int longestRun();
}
