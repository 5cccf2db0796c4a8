package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.models.plan.Arrangement;
import io.github.wan4j.models.plan.DeviceProfile;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.MemoryLadder;
import io.github.wan4j.models.plan.Planner;
import io.github.wan4j.video.Limits;
import io.github.wan4j.video.Stage;
import java.util.Optional;
import java.util.function.Supplier;

/** The way around a device that had less memory than the plan counted on: the same in a smaller arrangement. */
final class MemoryPath implements Ladder {
    private final Supplier<Stage> stage;

    /** @param stage what is being done; an attempt may be of several stages */
    MemoryPath(Supplier<Stage> stage) {
        this.stage = stage;
    }

    @Override
    public Optional<Detour> next(Route route, Stage attempted, RuntimeException failure) {
        if (!(failure instanceof OutOfDeviceMemoryException)) {
            return Optional.empty();
        }
        Arrangement now = route.plan().placement().arrangement();
        return new MemoryLadder(route.plan(), stage.get())
                .next()
                .map(rung -> new Detour(
                        route.with(route.plan().arranged(rung, "the device ran out of memory")),
                        rung.differenceTo(now)));
    }

    /** The same failure with what would fit on the device as it is now. */
    static OutOfDeviceMemoryException explained(
            OutOfDeviceMemoryException failure, ExecutionPlan plan, DeviceProfile device) {
        Limits limits = Planner.limits(plan.request(), device);
        int frames = plan.request().frames();
        String cure = limits.maxFrames() == 0
                ? limits.size() + " is too large for it"
                : limits.maxFrames() < frames
                        ? limits.maxFrames() + " frames of " + limits.size() + " would fit"
                        : "a smaller size or fewer frames than " + frames + " of " + limits.size() + " would fit";
        return failure.with(cure + (plan.request().options().strict() ? ", or the same without strict" : ""));
    }
}
