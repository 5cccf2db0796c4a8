package io.github.wan4j.models.plan;

import static java.lang.Math.exp;
import static java.lang.Math.log;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How the norm of what the blocks add changes from one computed step to the next, by branch, as measured over a run of
 * some number of steps. The entry of an expert's first step stands for no ratio.
 */
final class MagRatios {
    /**
     * The settings that go with a list.
     *
     * @param retention share of the first steps that are always computed
     * @param retentionHigh the same for the high-noise expert
     */
    record Defaults(double threshold, int k, double retention, double retentionHigh) {
        double retention(Expert expert) {
            return expert == Expert.HIGH ? retentionHigh : retention;
        }
    }

    private final String name;
    private final Defaults defaults;
    private final int switchStep;
    private final Map<Branch, double[]> ratios;

    /** @param switchStep first step of the low-noise expert, 0 for a single network */
    MagRatios(String name, Defaults defaults, int switchStep, double[] cond, double[] uncond) {
        this.name = name;
        this.defaults = defaults;
        this.switchStep = switchStep;
        this.ratios = Map.of(Branch.COND, cond.clone(), Branch.UNCOND, uncond.clone());
    }

    /** The list that MagCache's authors published for a model, such as {@code wan2.2-t2v-a14b}. */
    static MagRatios published(String name) {
        JsonNode model = PlanData.named("magcache.json", name);
        double retention = model.get("retention").asDouble();
        return new MagRatios(
                name,
                new Defaults(
                        model.get("threshold").asDouble(),
                        model.get("k").asInt(),
                        retention,
                        model.path("retentionHigh").asDouble(retention)),
                model.get("switch").asInt(),
                PlanData.doubles(model.get("cond")),
                PlanData.doubles(model.get("uncond")));
    }

    static MagRatios published(ModelKind kind, boolean image) {
        return published(
                switch (kind) {
                    case T2V_A14B -> "wan2.2-t2v-a14b";
                    case I2V_A14B -> "wan2.2-i2v-a14b";
                    case TI2V_5B -> image ? "wan2.2-ti2v-5b-i2v" : "wan2.2-ti2v-5b-t2v";
                });
    }

    String name() {
        return name;
    }

    Defaults defaults() {
        return defaults;
    }

    /** Steps that the list was measured over. */
    int steps() {
        return ratios(Branch.COND).length;
    }

    private double[] ratios(Branch branch) {
        double[] list = ratios.get(branch);
        if (list == null) {
            throw new IllegalStateException("no ratios for " + branch);
        }
        return list;
    }

    /**
     * The ratios for other runs, each expert's stretched by itself: with P the product of the ratios since the expert's
     * first step, drawn over its share of the way, the ratio between two steps is the quotient of P at both. At an
     * expert's first step it is NaN, so that no decision can come of it.
     */
    double[] stretched(List<Run> runs, Branch branch) {
        double[] list = ratios(branch);
        double[] stretched = new double[runs.get(runs.size() - 1).end()];
        Arrays.fill(stretched, Double.NaN);
        for (Run run : runs) {
            double[] logs = logProducts(source(list, run.expert()));
            for (int j = 1; j < run.length(); j++) {
                stretched[run.first() + j] =
                        exp(at(logs, (double) j / (run.length() - 1)) - at(logs, (j - 1.0) / (run.length() - 1)));
            }
        }
        return stretched;
    }

    private double[] source(double[] list, Expert expert) {
        return switch (expert) {
            case SINGLE -> list;
            case HIGH -> Arrays.copyOfRange(list, 0, switchStep);
            case LOW -> Arrays.copyOfRange(list, switchStep, list.length);
        };
    }

    private static double[] logProducts(double[] ratios) {
        double[] logs = new double[ratios.length];
        for (int i = 1; i < ratios.length; i++) {
            logs[i] = logs[i - 1] + log(ratios[i]);
        }
        return logs;
    }

    /** Linear between the entries; {@code share} of the way from the first to the last. */
    private static double at(double[] values, double share) {
        double place = share * (values.length - 1);
        int left = Math.min((int) place, values.length - 2);
        return left < 0 ? values[0] : values[left] + (place - left) * (values[left + 1] - values[left]);
    }

    /** The nearest entries of the whole list, experts or not, as the authors stretch it. */
    double[] nearest(int steps, Branch branch) {
        double[] list = ratios(branch);
        double[] nearest = new double[steps];
        for (int j = 0; j < steps; j++) {
            nearest[j] = steps == 1
                    ? list[list.length - 1]
                    : list[(int) Math.rint((double) j * (list.length - 1) / (steps - 1))];
        }
        return nearest;
    }
}
