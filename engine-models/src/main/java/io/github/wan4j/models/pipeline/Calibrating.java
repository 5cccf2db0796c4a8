package io.github.wan4j.models.pipeline;

import io.github.wan4j.models.plan.Calibration;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.ResidualChanges;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Tier;
import io.github.wan4j.video.VideoRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures what reuse can go by: samples videos of several prompts, each in a turn of its own, and compares the steps. */
public final class Calibrating {
    private final Model model;
    private final JobQueue queue;

    public Calibrating(Model model, JobQueue queue) {
        this.model = model;
        this.queue = queue;
    }

    /** Waits for all runs; an interrupt ends them. The requests differ in prompt, seed and picture alone. */
    public Calibration measure(List<VideoRequest> requests) {
        queue.requireMayWait();
        List<ResolvedRequest> runs = requests.stream()
                .map(request -> model.resolve(request.toBuilder()
                        .tier(Tier.EXACT)
                        .cache(CachePolicy.none())
                        .build()))
                .toList();
        requireAlike(runs);
        ResidualChanges changes = new ResidualChanges(runs.get(0).plan());
        for (ResolvedRequest run : runs) {
            boolean done = Turn.take(
                    queue, cancellation -> model.parts().session().call(() -> run(run, changes, cancellation)));
            assert done;
        }
        CheckpointNumbers numbers = model.numbers();
        return changes.calibration(numbers.calibrations().model(), numbers, runs.size());
    }

    /** Puts a calibration of this model where later runs find it. */
    public Path keep(Calibration calibration) {
        return model.numbers().calibrations().keep(calibration);
    }

    private boolean run(ResolvedRequest request, ResidualChanges changes, Cancellation cancellation) {
        Pipeline pipeline = new Pipeline(model, request, cancellation, progress -> {});
        pipeline.load(false);
        try (ResidualMeter meter = new ResidualMeter(changes);
                DenoiseLoop loop = pipeline.prepare(meter)) {
            while (loop.hasNext()) {
                int taken = pipeline.step(loop).index();
                assert taken >= 0;
            }
        }
        return true;
    }

    private static void requireAlike(List<ResolvedRequest> runs) {
        List<String> problems = new ArrayList<>();
        if (runs.isEmpty()) {
            problems.add("there is no prompt to calibrate by, give one or more");
        }
        for (int i = 0; i < runs.size(); i++) {
            ExecutionPlan first = runs.get(0).plan();
            ExecutionPlan plan = runs.get(i).plan();
            if (!plan.request().equals(first.request())) {
                problems.add("run " + (i + 1)
                        + " differs from the first in size, length, steps or settings, all must be alike");
            }
            if (!plan.steps().stream().allMatch(step -> step.computeCond() && step.computeUncond())) {
                problems.add("run " + (i + 1) + " leaves out passes, a calibration needs all of both branches");
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
    }
}
