package io.github.wan4j.models.plan;

import io.github.wan4j.core.Residency;
import io.github.wan4j.models.sampler.Schedule;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.Plan;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.RunReport.Choice;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything a job will do, step by step. Immutable; {@link #toString} prints it as a table. */
public final class ExecutionPlan implements Plan {
    private static final int PREFETCH_STEPS = 2;

    private final PlanRequest request;
    private final LatentShape latent;
    private final Schedule schedule;
    private final CacheDecision cache;
    private final List<PlannedStep> steps;
    private final Placement placement;

    ExecutionPlan(
            PlanRequest request,
            LatentShape latent,
            Schedule schedule,
            CacheDecision cache,
            List<PlannedStep> steps,
            Placement placement) {
        this.request = request;
        this.latent = latent;
        this.schedule = schedule;
        this.cache = cache;
        this.steps = List.copyOf(steps);
        this.placement = placement;
    }

    /** What it was made for. */
    public PlanRequest request() {
        return request;
    }

    public LatentShape latent() {
        return latent;
    }

    /** Length of the transformer's sequence. */
    public int tokens() {
        return latent.tokens();
    }

    public Schedule schedule() {
        return schedule;
    }

    /** How it was decided what to reuse. */
    public CacheDecision cache() {
        return cache;
    }

    @Override
    public List<PlannedStep> steps() {
        return steps;
    }

    /** Where and in which numbers it runs, and what that takes. */
    public Placement placement() {
        return placement;
    }

    /** What it is expected to take: on a CPU all memory is the host's. */
    public RunReport.Prediction prediction() {
        return new RunReport.Prediction(placement.seconds(), placement.peakBytes());
    }

    /** The expert whose weights should be on their way while a step runs: the next one, shortly before it takes over. */
    public Optional<Expert> prefetch(int step) {
        if (placement.memory().residency() == Residency.RESIDENT) {
            return Optional.empty();
        }
        Expert now = steps.get(step).expert();
        return steps.subList(step, Math.min(steps.size(), step + PREFETCH_STEPS + 1)).stream()
                .map(PlannedStep::expert)
                .filter(expert -> expert != now)
                .findFirst();
    }

    /** What it would take in another arrangement. */
    public MemoryEstimate estimate(Arrangement arrangement) {
        return PlacementRules.estimate(request, placement, steps, arrangement);
    }

    /** The same with one more decision to tell of. */
    ExecutionPlan with(Choice choice) {
        return new ExecutionPlan(request, latent, schedule, cache, steps, placement.with(choice));
    }

    /** The same in another arrangement, for the reason given. */
    public ExecutionPlan arranged(Arrangement arrangement, String reason) {
        return new ExecutionPlan(
                request, latent, schedule, cache, steps, placement.arranged(estimate(arrangement), reason));
    }

    /** For machines: maps, lists, strings and numbers, by the names of the command line's JSON. */
    public Map<String, Object> toJson() {
        return new PlanJson(this).toMap();
    }

    /** Whether any branch of any step takes what an earlier one computed. */
    public boolean reuses() {
        return steps.stream().anyMatch(step -> step.cond() == Action.REUSE || step.uncond() == Action.REUSE);
    }

    /** Whether both branches of a step go through the transformer in one forward. */
    public boolean batches(PlannedStep step) {
        return placement.batchedGuidance() && step.computeCond() && step.computeUncond();
    }

    /** Whether what both branches of a step have in common is computed once. */
    public boolean shares(PlannedStep step) {
        return placement.arrangement().sharesBranches() && step.computeCond() && step.computeUncond();
    }

    @Override
    public int forwards() {
        return steps.stream().mapToInt(step -> step.computed().size()).sum();
    }

    /** Passes by expert and branch; experts that serve no step are not in it. */
    public Map<Expert, Map<Branch, Integer>> forwardsBy() {
        Map<Expert, Map<Branch, Integer>> counts = new EnumMap<>(Expert.class);
        for (PlannedStep step : steps) {
            Map<Branch, Integer> branches = counts.computeIfAbsent(
                    step.expert(), expert -> new EnumMap<>(Map.of(Branch.COND, 0, Branch.UNCOND, 0)));
            step.computed().forEach(branch -> branches.merge(branch, 1, Integer::sum));
        }
        counts.replaceAll((expert, branches) -> Collections.unmodifiableMap(branches));
        return Collections.unmodifiableMap(counts);
    }

    @Override
    public String mask() {
        return mask(Branch.COND);
    }

    /** One character a step for one branch, as {@link Action#mark}. */
    public String mask(Branch branch) {
        StringBuilder text = new StringBuilder(steps.size());
        steps.forEach(step -> text.append(step.of(branch).mark()));
        return text.toString();
    }

    @Override
    public String toString() {
        return new PlanTable(this).toString();
    }
}
