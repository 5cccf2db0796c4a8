package io.github.wan4j.models.plan;

import io.github.wan4j.models.sampler.Schedule;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;

/** Makes plans. A pure function of the request: no device, no clock, no chance. */
public final class Planner {
    private static final int TRAINING_STEPS = 1000;

    private Planner() {}

    public static ExecutionPlan plan(PlanRequest request) {
        List<String> problems = request.problems();
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
        Schedule schedule = Schedule.of(request.solver(), request.steps(), request.shift());
        // guidance of 1 still computes both branches, as the reference does; distilled models have no negative branch
        Action uncond = request.model().distilled() ? Action.OFF : Action.COMPUTE;
        List<PlannedStep> steps = new ArrayList<>();
        for (int i = 0; i < schedule.steps(); i++) {
            Expert expert = expert(request.model(), schedule.timestep(i));
            steps.add(new PlannedStep(
                    i,
                    schedule.timestep(i),
                    schedule.sigma(i),
                    schedule.sigma(i + 1),
                    expert,
                    request.guidance().of(expert),
                    Action.COMPUTE,
                    uncond));
        }
        LatentShape latent = LatentShape.of(request.model().vae(), request.size(), request.frames());
        return new ExecutionPlan(request, latent, schedule, steps);
    }

    /** The boundary itself belongs to the expert of high noise. */
    static Expert expert(ModelShape model, double timestep) {
        if (!model.kind().hasTwoExperts()) {
            return Expert.SINGLE;
        }
        return timestep >= model.boundary() * TRAINING_STEPS ? Expert.HIGH : Expert.LOW;
    }
}
