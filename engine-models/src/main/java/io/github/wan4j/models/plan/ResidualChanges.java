package io.github.wan4j.models.plan;

import io.github.wan4j.models.plan.Calibration.Runs;
import io.github.wan4j.models.plan.Calibration.Series;
import io.github.wan4j.models.plan.Calibration.Subject;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How what the blocks add was seen to change from step to step, over runs of one plan; and what follows for reuse. */
public final class ResidualChanges {
    /** Points that a fit needs at least. */
    private static final int POINTS = 3;

    /** How far beyond what was seen a fit has to hold: half as many steps move twice as far. */
    private static final double REACH = 2;

    private final ExecutionPlan plan;
    private final List<Map<Branch, List<Change>>> changes = new ArrayList<>();

    /**
     * From one step to the next.
     *
     * @param ratio mean over tokens of the quotient of the norms
     * @param moved mean size of the difference, relative to that of what was there before
     */
    private record Change(double ratio, double moved) {}

    /** @param plan of every run; nothing is reused in it */
    public ResidualChanges(ExecutionPlan plan) {
        this.plan = plan;
        plan.steps().forEach(step -> changes.add(new EnumMap<>(Branch.class)));
    }

    public void add(PlannedStep step, Branch branch, double ratio, double moved) {
        if (!(ratio > 0 && ratio < Double.POSITIVE_INFINITY) || !Double.isFinite(moved)) {
            throw new IllegalArgumentException(
                    "step " + (step.index() + 1) + " changes what the blocks add by a factor of " + ratio + " and by "
                            + moved + " of it: no such run can be calibrated by");
        }
        changes.get(step.index())
                .computeIfAbsent(branch, any -> new ArrayList<>())
                .add(new Change(ratio, moved));
    }

    /** The means of all runs, and the polynomials nearest to them. */
    public Calibration calibration(Subject model, ModelNumbers numbers, int prompts) {
        PlanRequest request = plan.request();
        Runs runs =
                new Runs(prompts, request.steps(), request.shift(), request.solver(), request.size(), request.frames());
        StepGrid grid =
                new StepGrid(plan.steps().stream().map(PlannedStep::expert).toList(), step -> true);
        double[] e = distances(grid, numbers, false);
        double[] e0 = distances(grid, numbers, true);
        Map<Expert, Series> experts = new EnumMap<>(Expert.class);
        for (Run run : grid.runs()) {
            experts.put(run.expert(), new Series(ratios(run), fit(run, e), fit(run, e0)));
        }
        return new Calibration(model, runs, null, experts, "measured");
    }

    private double[] distances(StepGrid grid, ModelNumbers numbers, boolean projected) {
        TeaCache.Embeddings embeddings = TeaCache.Embeddings.of(plan.request(), plan.latent(), numbers, projected);
        return TeaCache.distances(grid, plan.schedule()::timestep, embeddings);
    }

    private Map<Branch, List<Double>> ratios(Run run) {
        Map<Branch, List<Double>> ratios = new EnumMap<>(Branch.class);
        for (Branch branch : Branch.values()) {
            ratios.put(
                    branch,
                    IntStream.range(run.first() + 1, run.end())
                            .mapToObj(step -> round(seen(step, branch).stream()
                                    .mapToDouble(Change::ratio)
                                    .average()
                                    .orElseThrow()))
                            .toList());
        }
        return ratios;
    }

    /** As many decimals as the published ones have, and one more. */
    private static double round(double ratio) {
        return Math.rint(ratio * 1e6) / 1e6;
    }

    private List<Change> seen(int step, Branch branch) {
        List<Change> seen = changes.get(step).getOrDefault(branch, List.of());
        if (seen.isEmpty()) {
            throw new IllegalStateException(
                    "step " + (step + 1) + " was not computed for the branch " + branch.label());
        }
        return seen;
    }

    /** Over the steps that can be reused; empty where those are too few. Where nothing moves, nothing changes. */
    private List<Double> fit(Run run, double[] distances) {
        int first = Math.max(run.first() + 1, TeaCache.alwaysComputed(distances.length));
        List<double[]> points = new ArrayList<>();
        for (int step = first; step < run.end(); step++) {
            for (Branch branch : Branch.values()) {
                for (Change change : seen(step, branch)) {
                    points.add(new double[] {distances[step], change.moved()});
                }
            }
        }
        return run.end() - first < POINTS
                ? List.of()
                : fit(
                        points.stream().mapToDouble(point -> point[0]).toArray(),
                        points.stream().mapToDouble(point -> point[1]).toArray());
    }

    /**
     * A parabola through zero: what was seen is all but proportional, and a higher degree would follow the schedule of these
     * runs and go astray on another's steps. Where the parabola falls, a line.
     */
    private static List<Double> fit(double[] x, double[] y) {
        List<Double> parabola = PolynomialFit.fitThroughZero(x, y, 2);
        double farthest = REACH * Arrays.stream(x).max().orElseThrow();
        double slopeThere = 2 * parabola.get(0) * farthest + parabola.get(1);
        return parabola.get(1) > 0 && slopeThere > 0 ? parabola : PolynomialFit.fitThroughZero(x, y, 1);
    }
}
