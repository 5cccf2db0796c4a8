package io.github.wan4j.models.pipeline;

import io.github.wan4j.models.plan.PlannedStep;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One step of sampling in a flight recording; of those that were taken to their end. */
@Name("wan4j.Step")
@Label("Sampling Step")
@Category("wan4j")
@StackTrace(false)
final class StepJfr extends Event {
    @Label("Index")
    int index;

    @Label("Timestep")
    double timestep;

    @Label("Expert")
    String expert = "";

    @Label("Forwards")
    int forwards;

    static StepJfr started() {
        StepJfr event = new StepJfr();
        event.begin();
        return event;
    }

    void commit(PlannedStep step) {
        index = step.index();
        timestep = step.timestep();
        expert = step.expert().label();
        forwards = step.computed().size();
        commit();
    }
}
