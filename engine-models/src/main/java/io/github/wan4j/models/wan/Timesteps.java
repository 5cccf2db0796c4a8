package io.github.wan4j.models.wan;

/**
 * The timestep of every token: {@code t}, or 0 for the first {@code known} tokens, which hold a frame that is given (TI2V
 * with an image).
 */
public record Timesteps(double t, long known) {
    public Timesteps {
        if (!(t >= 0) || known < 0) {
            throw new IllegalArgumentException("timestep " + t + " with " + known + " known tokens");
        }
    }

    /** The same timestep for all tokens. */
    public static Timesteps all(double t) {
        return new Timesteps(t, 0);
    }

    /** The distinct timesteps, those of the first tokens first. */
    double[] distinct() {
        return known == 0 ? new double[] {t} : new double[] {0, t};
    }
}
