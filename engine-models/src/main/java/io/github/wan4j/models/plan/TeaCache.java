package io.github.wan4j.models.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * TeaCache: the error of reusing is a polynomial of how far the time embedding has moved, mean|E − P| / mean|P| between
 * consecutive steps, summed over the reused ones. The embedding depends on the timestep and the weights alone, so all of
 * it is known before sampling. Each expert has embeddings of its own, so nothing is carried over a switch.
 */
final class TeaCache implements ReuseRule {
    /** Share of the first steps that are always computed. */
    static final double FIRST_STEPS = 0.1;

    /** So many of the first steps are always computed. */
    static int alwaysComputed(int steps) {
        return (int) Math.ceil(FIRST_STEPS * steps);
    }

    /**
     * A polynomial, highest power first.
     *
     * @param origin where it came from, in words
     */
    record Polynomial(String origin, List<Double> coefficients) {
        /** Tokens from which on the list of 720p is nearer than that of 480p. */
        private static final int LARGE = 50_000;

        double at(double x) {
            double value = 0;
            for (double coefficient : coefficients) {
                value = value * x + coefficient;
            }
            return value;
        }

        /** What was published for a model, or for the Wan2.1 model nearest to it; null where that mode was not. */
        static @Nullable Polynomial published(ModelKind kind, boolean ret, int tokens) {
            String name = switch (kind) {
                case T2V_A14B -> "wan2.1-t2v-14b";
                case I2V_A14B -> tokens > LARGE ? "wan2.1-i2v-14b-720p" : "wan2.1-i2v-14b-480p";
                case TI2V_5B -> "wan2.2-ti2v-5b";
            };
            JsonNode coefficients = PlanData.named("teacache.json", name).get(ret ? "ret" : "noret");
            String origin = "polynomial published for " + name + (kind == ModelKind.TI2V_5B ? "" : ", uncalibrated");
            return coefficients == null ? null : new Polynomial(origin, PlanData.list(coefficients));
        }
    }

    private final double[] sums;

    /** @param distances per step, NaN at the first of each expert */
    TeaCache(StepGrid grid, double[] distances, Map<Expert, Polynomial> polynomials) {
        sums = new double[distances.length];
        for (Run run : grid.runs()) {
            Polynomial polynomial = Objects.requireNonNull(polynomials.get(run.expert()));
            for (int step = run.first() + 1; step < run.end(); step++) {
                sums[step] = sums[step - 1] + polynomial.at(distances[step]);
            }
        }
    }

    /** How far the embedding moves at each step, mean|E − P| / mean|P|; NaN at the first step of each expert. */
    static double[] distances(StepGrid grid, IntToDoubleFunction timestep, Embeddings embeddings) {
        double[] distances = new double[grid.steps()];
        for (Run run : grid.runs()) {
            double[] timesteps = IntStream.range(run.first(), run.end())
                    .mapToDouble(timestep)
                    .toArray();
            float[][] rows = embeddings.rows(run.expert(), timesteps);
            double known = embeddings.known(run.expert());
            distances[run.first()] = Double.NaN;
            for (int i = 1; i < rows.length; i++) {
                distances[run.first() + i] = moved(rows[i], rows[i - 1]) / (size(rows[i - 1]) + known);
            }
        }
        return distances;
    }

    private static double moved(float[] embedding, float[] previous) {
        double moved = 0;
        for (int i = 0; i < embedding.length; i++) {
            moved += Math.abs((double) embedding[i] - previous[i]);
        }
        return moved;
    }

    private static double size(float[] embedding) {
        double size = 0;
        for (float value : embedding) {
            size += Math.abs(value);
        }
        return size;
    }

    /**
     * What the method compares. The mean runs over all tokens: those of a frame that is given stay at timestep 0, so that they
     * add to mean|P| and never move.
     *
     * @param projected whether e0 is compared, instead of e
     * @param knownShare tokens at timestep 0 for each of the others
     */
    record Embeddings(ModelNumbers numbers, boolean projected, double knownShare) {
        private static final double[] ZERO = {0};

        /** A first frame that is given to TI2V is what stays at timestep 0. */
        static Embeddings of(PlanRequest request, LatentShape latent, ModelNumbers numbers, boolean projected) {
            boolean given = request.options().image() && request.model().kind() == ModelKind.TI2V_5B;
            return new Embeddings(numbers, projected, given && latent.frames() > 1 ? 1.0 / (latent.frames() - 1) : 0);
        }

        float[][] rows(Expert expert, double[] timesteps) {
            return numbers.timeEmbeddings(expert, timesteps, projected);
        }

        double known(Expert expert) {
            return knownShare == 0 ? 0 : knownShare * size(rows(expert, ZERO)[0]);
        }
    }

    @Override
    public double error(int from, int step) {
        return sums[step] - sums[from];
    }

    @Override
    public int longestRun() {
        return sums.length;
    }
}
