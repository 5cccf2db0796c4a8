package io.github.wan4j.models.plan;

import io.github.wan4j.models.plan.TeaCache.Polynomial;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was measured on a model so that its steps can be reused: MagCache's ratios and TeaCache's polynomials, by expert.
 *
 * @param model what it was measured on
 * @param runs over what it was measured
 * @param settings with which MagCache does best by these ratios; null for those published with the model
 * @param source where it was found, in words: {@code shipped with the model}
 */
public record Calibration(
        Subject model, Runs runs, @Nullable Settings settings, Map<Expert, Series> experts, String source) {
    public Calibration {
        experts = Collections.unmodifiableMap(new EnumMap<>(experts));
    }

    /**
     * The model.
     *
     * @param hash over config and headers of its checkpoint
     */
    public record Subject(String name, ModelKind kind, int dim, int layers, String hash) {}

    /** The runs. */
    public record Runs(int prompts, int steps, double shift, Solver solver, Size size, int frames) {}

    /**
     * Of MagCache; as {@link MagRatios.Defaults}.
     *
     * @param k most steps reused in a row at the steps of these runs; at others in proportion, one at least
     */
    public record Settings(double threshold, int k, double retention, double retentionHigh) {
        /** What is wrong with them, one sentence each; empty if nothing is. */
        public List<String> problems() {
            List<String> problems = new ArrayList<>();
            for (double share : new double[] {retention, retentionHigh}) {
                problems.addAll(CachePolicy.magCache()
                        .withThreshold(threshold)
                        .withK(k)
                        .withRetention(share)
                        .problems());
            }
            return problems.stream().distinct().toList();
        }
    }

    /**
     * Of one expert.
     *
     * @param ratios by branch, from the expert's second step on
     * @param noRet how much the blocks' sum changes by how far e has moved: a polynomial, highest power first
     * @param ret the same for e0
     */
    public record Series(Map<Branch, List<Double>> ratios, List<Double> noRet, List<Double> ret) {
        public Series {
            ratios = Collections.unmodifiableMap(new EnumMap<>(ratios));
            noRet = List.copyOf(noRet);
            ret = List.copyOf(ret);
        }
    }

    public Calibration withSettings(Settings better) {
        return new Calibration(model, runs, better, experts, source);
    }

    public Calibration withSource(String found) {
        return new Calibration(model, runs, settings, experts, found);
    }

    /** Of one expert and branch, from the expert's second step on. */
    public List<Double> ratios(Expert expert, Branch branch) {
        Series series = experts.get(expert);
        if (series == null) {
            throw new IllegalArgumentException("a calibration of " + model.kind() + " has no expert " + expert.label());
        }
        return ratios(series, branch);
    }

    /** The ratios as one list, each expert's after an entry that stands for none; with settings for a number of steps. */
    MagRatios magRatios(MagRatios.Defaults published, int steps) {
        Series high = experts.get(Expert.HIGH);
        MagRatios.Defaults defaults = settings == null
                ? published
                : new MagRatios.Defaults(
                        settings.threshold(),
                        (int) Math.max(1, Math.rint(settings.k() * (double) steps / runs.steps())),
                        settings.retention(),
                        settings.retentionHigh());
        return new MagRatios(
                model.name(),
                defaults,
                high == null ? 0 : ratios(high, Branch.COND).size() + 1,
                joined(Branch.COND),
                joined(Branch.UNCOND));
    }

    private double[] joined(Branch branch) {
        List<Double> joined = new ArrayList<>();
        for (Series series : experts.values()) {
            joined.add(1.0);
            joined.addAll(ratios(series, branch));
        }
        return joined.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static List<Double> ratios(Series series, Branch branch) {
        return series.ratios().getOrDefault(branch, List.of());
    }

    Optional<Polynomial> polynomial(Expert expert, boolean ret) {
        Series series = experts.get(expert);
        List<Double> coefficients = series == null ? List.of() : ret ? series.ret() : series.noRet();
        return coefficients.isEmpty()
                ? Optional.empty()
                : Optional.of(new Polynomial("polynomial fitted for " + model.name() + ", " + source, coefficients));
    }
}
