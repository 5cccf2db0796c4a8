package io.github.wan4j.models.plan;

import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;

/** The plain run of each full-size model, as published. */
final class Requests {
    private Requests() {}

    static PlanRequest of(ModelKind kind) {
        ModelShape model = ModelShape.of(kind);
        return switch (kind) {
            case T2V_A14B -> new PlanRequest(model, new Size(1280, 720), 81, 40, 12, Solver.UNIPC, new Guidance(3, 4));
            case I2V_A14B ->
                new PlanRequest(model, new Size(1280, 720), 81, 40, 5, Solver.UNIPC, new Guidance(3.5), image());
            case TI2V_5B -> new PlanRequest(model, new Size(1280, 704), 121, 50, 5, Solver.UNIPC, new Guidance(5));
        };
    }

    static PlanRequest of(ModelKind kind, int steps) {
        return of(kind).withSteps(steps);
    }

    private static PlanOptions image() {
        return PlanOptions.DEFAULT.withImage(true);
    }
}
