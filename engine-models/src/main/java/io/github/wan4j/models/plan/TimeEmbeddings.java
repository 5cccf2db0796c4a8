package io.github.wan4j.models.plan;

/** The time embedding that the expert of each step makes of the step's timestep; one row. */
@FunctionalInterface
public interface TimeEmbeddings {
    /**
     * Of a step, counted from 0.
     *
     * @param projected whether the projection e0 [6·dim] is wanted, instead of e [dim]
     */
    float[] at(int step, boolean projected);
}
