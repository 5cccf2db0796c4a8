package io.github.wan4j.models.plan;

import io.github.wan4j.video.Expert;
import java.util.Optional;

/** Numbers of one model that decisions on reuse go by; each is looked up when a decision needs it. */
public interface ModelNumbers {
    /**
     * What an expert's time network makes of timesteps, one row each.
     *
     * @param projected whether the projection e0 [6·dim] is wanted, instead of e [dim]
     */
    float[][] timeEmbeddings(Expert expert, double[] timesteps, boolean projected);

    /** What was measured on this model; empty where only published numbers are known. */
    Optional<Calibration> calibration();
}
