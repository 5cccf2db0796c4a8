package io.github.wan4j.video;

import java.util.List;
import java.util.Set;

/**
 * What a job will do, known before it begins; {@code toString} prints it as a table. The engine's own plan says more than
 * this view of it.
 */
public interface Plan {
    List<? extends Step> steps();

    /** Passes through the transformer, over all steps and branches. */
    int forwards();

    /** One character a step: {@code #} computed, {@code .} reused. */
    String mask();

    /** One denoising step. */
    interface Step {
        /** Counts from 0. */
        int index();

        double timestep();

        double sigma();

        Expert expert();

        double guidance();

        /** The branches that run through the transformer in this step; empty when all is reused. */
        Set<Branch> computed();
    }
}
