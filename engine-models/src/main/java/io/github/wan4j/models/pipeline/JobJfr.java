package io.github.wan4j.models.pipeline;

import io.github.wan4j.models.plan.PlanRequest;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One job in a flight recording. */
@Name("wan4j.Job")
@Label("Video Job")
@Category("wan4j")
@StackTrace(false)
final class JobJfr extends Event {
    @Label("Model")
    String model = "";

    @Label("Width")
    int width;

    @Label("Height")
    int height;

    @Label("Frames")
    int frames;

    @Label("Steps")
    int steps;

    @Label("Seed")
    long seed;

    static JobJfr started(ResolvedRequest request) {
        PlanRequest planned = request.plan().request();
        JobJfr event = new JobJfr();
        event.model = planned.model().name();
        event.width = planned.size().width();
        event.height = planned.size().height();
        event.frames = planned.frames();
        event.steps = planned.steps();
        event.seed = request.seed();
        event.begin();
        return event;
    }
}
