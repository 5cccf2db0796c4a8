package io.github.wan4j.video;

import java.time.Duration;

/**
 * One denoising step, after it was taken.
 *
 * @param index counts from 0
 * @param steps how many there are
 * @param computed whether any branch ran through the transformer, rather than reusing what an earlier step computed
 * @param elapsed since sampling began
 * @param remaining the estimated time until sampling ends
 */
public record StepEvent(
        int index, int steps, double timestep, Expert expert, boolean computed, Duration elapsed, Duration remaining) {}
