package io.github.wan4j.models.sampler;

import io.github.wan4j.video.Solver;
import java.util.Arrays;

/**
 * The noise levels of one run: sigma_0 &gt; sigma_1 &gt; … &gt; sigma_N = 0, and the timestep that the network is told at each of
 * the N steps. Float64 arithmetic, stored as float32, as in the reference.
 *
 * <p>Steps are known by their index. The reference looks its first index up by timestep, and where the first two
 * truncated timesteps coincide (UniPC from 92 steps at shift 12) it starts at the second step; that is not repeated here.
 */
public final class Schedule {
    /** Largest sigma that UniPC's training grid of 1000 steps knows, 0.999 in float32. */
    private static final double UNIPC_SIGMA_MAX = 0.999f;

    private static final int TRAINING_STEPS = 1000;

    private final Solver solver;
    private final double shift;
    private final float[] timesteps;
    private final float[] sigmas;

    private Schedule(Solver solver, double shift, float[] timesteps, float[] sigmas) {
        this.solver = solver;
        this.shift = shift;
        this.timesteps = timesteps;
        this.sigmas = sigmas;
    }

    /** The schedule of a solver for a number of steps; a shift above 1 spends more of them on high noise. */
    public static Schedule of(Solver solver, int steps, double shift) {
        if (steps < 1) {
            throw new IllegalArgumentException("a schedule has at least 1 step, not " + steps);
        }
        if (!(shift > 0) || Double.isInfinite(shift)) {
            throw new IllegalArgumentException("shift must be a positive number, not " + shift);
        }
        double sigmaMax = solver == Solver.UNIPC ? UNIPC_SIGMA_MAX : 1;
        double stride = -sigmaMax / steps;
        float[] timesteps = new float[steps];
        float[] sigmas = new float[steps + 1];
        for (int i = 0; i < steps; i++) {
            double even = i * stride + sigmaMax;
            double sigma = shift * even / (1 + (shift - 1) * even);
            double timestep = TRAINING_STEPS * sigma;
            timesteps[i] = (float) (solver == Solver.EULER ? timestep : Math.floor(timestep));
            sigmas[i] = (float) sigma;
        }
        return new Schedule(solver, shift, timesteps, sigmas);
    }

    public Solver solver() {
        return solver;
    }

    public double shift() {
        return shift;
    }

    /** Number of steps; there is one sigma more. */
    public int steps() {
        return timesteps.length;
    }

    /** What the network is told at step i: whole numbers for UniPC and DPM++, fractions for Euler. */
    public double timestep(int i) {
        return timesteps[i];
    }

    public float[] timesteps() {
        return timesteps.clone();
    }

    /** Share of noise in the latents that enter step i; {@code sigma(steps())} is 0. */
    public double sigma(int i) {
        return sigmas[i];
    }

    public float[] sigmas() {
        return sigmas.clone();
    }

    /** Share of the clean video, 1 − sigma. */
    double alpha(int i) {
        return 1 - sigma(i);
    }

    /** Half the log signal-to-noise ratio, ln alpha − ln sigma; infinite where sigma is 0 or 1. */
    double lambda(int i) {
        return Math.log(alpha(i)) - Math.log(sigma(i));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Schedule that
                && solver == that.solver
                && Arrays.equals(timesteps, that.timesteps)
                && Arrays.equals(sigmas, that.sigmas);
    }

    @Override
    public int hashCode() {
        return 31 * solver.hashCode() + Arrays.hashCode(sigmas);
    }

    @Override
    public String toString() {
        return solver + ", " + steps() + " steps, shift " + shift;
    }
}
