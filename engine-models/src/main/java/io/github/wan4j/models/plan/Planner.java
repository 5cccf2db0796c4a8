package io.github.wan4j.models.plan;

import io.github.wan4j.models.sampler.Schedule;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes plans. A pure function of the request: no device, no clock, no chance. */
public final class Planner {
    private static final int TRAINING_STEPS = 1000;

    private Planner() {}

    /** The plan for a CPU. */
    public static ExecutionPlan plan(PlanRequest request) {
        return plan(request, DeviceProfile.cpu(1), null);
    }

    /**
     * The plan for a device.
     *
     * @param numbers what decisions on reuse go by beside what was published; null where the model is not there
     */
    public static ExecutionPlan plan(PlanRequest request, DeviceProfile device, @Nullable ModelNumbers numbers) {
        List<String> problems = request.problems();
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
        Schedule schedule = Schedule.of(request.solver(), request.steps(), request.shift());
        LatentShape latent = LatentShape.of(request.model().vae(), request.size(), request.frames());
        List<Expert> experts = experts(request.model(), schedule);
        StepGrid grid = new StepGrid(experts, step -> guided(request, step));
        CacheDecision cache = new CacheRules(request, grid, schedule, latent, numbers).decide();
        List<PlannedStep> steps = new ArrayList<>();
        for (int i = 0; i < schedule.steps(); i++) {
            Expert expert = experts.get(i);
            steps.add(new PlannedStep(
                    i,
                    schedule.timestep(i),
                    schedule.sigma(i),
                    schedule.sigma(i + 1),
                    expert,
                    request.guidance().of(expert),
                    action(cache.cond(), i),
                    grid.guided(i) ? action(cache.uncond(), i) : Action.OFF));
        }
        Placement placement = new PlacementRules(request, device).place(latent, steps);
        return new ExecutionPlan(request, latent, schedule, cache, steps, placement);
    }

    /** A plan for the same job on the same device with other options, which must not need a model's numbers. */
    public static ExecutionPlan again(ExecutionPlan plan, PlanOptions options) {
        return plan(plan.request().with(options), plan.placement().device(), null);
    }

    /** How long a video of the request's size may be on a device. */
    public static Limits limits(PlanRequest request, DeviceProfile device) {
        int longest = new PlacementRules(request, device).longest();
        int allowed = request.longestAllowed();
        String bound = longest == allowed
                ? "a request may ask for no more at this size; memory does not bound it"
                : "memory of " + device.title() + " bounds it";
        return new Limits(request.size(), longest, request.model().trainedFrames(), List.of(bound));
    }

    private static Action action(SkipMask mask, int step) {
        return mask.computes(step) ? Action.COMPUTE : Action.REUSE;
    }

    /** Guidance of 1 still computes both branches, as the reference does; distilled models have no negative one. */
    private static boolean guided(PlanRequest request, int step) {
        StepInterval interval = request.options().guidanceInterval();
        return !request.model().distilled() && (interval == null || interval.contains(step));
    }

    /** Who serves which step of a schedule. */
    public static List<Expert> experts(ModelShape model, Schedule schedule) {
        return IntStream.range(0, schedule.steps())
                .mapToObj(step -> expert(model, schedule.timestep(step)))
                .toList();
    }

    /** The boundary itself belongs to the expert of high noise. */
    static Expert expert(ModelShape model, double timestep) {
        if (!model.kind().hasTwoExperts()) {
            return Expert.SINGLE;
        }
        return timestep >= model.boundary() * TRAINING_STEPS ? Expert.HIGH : Expert.LOW;
    }
}
