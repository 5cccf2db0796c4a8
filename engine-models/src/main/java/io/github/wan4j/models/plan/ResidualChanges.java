package io.github.wan4j.models.plan;

import io.github.wan4j.models.plan.Calibration.Runs;
import io.github.wan4j.models.plan.Calibration.Series;
import io.github.wan4j.models.plan.Calibration.Subject;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How what the blocks add was seen to change from step to step, over runs of one plan; and what follows for reuse. */
public final class ResidualChanges {
    private static final int MOST_DEGREE = 4;

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

    private List<Double> fit(Run run, double[] distances) {
        List<double[]> points = new ArrayList<>();
        for (int step = run.first() + 1; step < run.end(); step++) {
            for (Branch branch : Branch.values()) {
                for (Change change : seen(step, branch)) {
                    points.add(new double[] {distances[step], change.moved()});
                }
            }
        }
        int degree = Math.min(MOST_DEGREE, (run.length() - 1) / 2);
        return run.length() < 3
                ? List.of()
                : PolynomialFit.fit(
                        points.stream().mapToDouble(point -> point[0]).toArray(),
                        points.stream().mapToDouble(point -> point[1]).toArray(),
                        degree);
    }
}
