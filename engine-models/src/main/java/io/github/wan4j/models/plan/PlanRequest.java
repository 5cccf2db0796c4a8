package io.github.wan4j.models.plan;

import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import java.util.ArrayList;
import java.util.List;

/** All that a plan follows from; every default of the model filled in already. */
public record PlanRequest(
        ModelShape model,
        Size size,
        int frames,
        int steps,
        double shift,
        Solver solver,
        Guidance guidance,
        PlanOptions options) {

    /** Of a model's plain run, nothing reused. */
    public PlanRequest(
            ModelShape model, Size size, int frames, int steps, double shift, Solver solver, Guidance guidance) {
        this(model, size, frames, steps, shift, solver, guidance, PlanOptions.DEFAULT);
    }

    public PlanRequest with(PlanOptions newOptions) {
        return new PlanRequest(model, size, frames, steps, shift, solver, guidance, newOptions);
    }

    public PlanRequest withSteps(int newSteps) {
        return new PlanRequest(model, size, frames, newSteps, shift, solver, guidance, options);
    }

    public PlanRequest withSize(Size newSize, int newFrames) {
        return new PlanRequest(model, newSize, newFrames, steps, shift, solver, guidance, options);
    }

    /** Passes of a run in which nothing is reused or left out. */
    public int uncachedForwards() {
        return model.distilled() ? steps : 2 * steps;
    }

    /** What is wrong with it, one sentence each with the nearest valid value; empty when nothing is. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        int multiple = model.sizeMultiple();
        if (size.width() % multiple != 0 || size.height() % multiple != 0) {
            problems.add("size is " + size + ", " + model.name() + " needs multiples of " + multiple + ", take "
                    + new Size(nearest(size.width(), multiple), nearest(size.height(), multiple)));
        }
        if (frames < 1 || frames % 4 != 1) {
            problems.add("frames is " + frames + ", it must be one more than a multiple of 4, take "
                    + ModelInfo.nearestFrames(frames));
        }
        if (frames > longestAllowed()) {
            problems.add("frames is " + frames + ", at " + size + " at most " + longestAllowed());
        }
        if (steps < 1 || steps > 1000) {
            problems.add("steps is " + steps + ", take " + (steps < 1 ? "at least 1" : "at most 1000"));
        }
        if (!(shift > 0 && shift < Double.POSITIVE_INFINITY)) {
            problems.add("shift is " + shift + ", take a number above 0");
        }
        problems.addAll(options.problems(steps));
        return problems;
    }

    /** Frames that the family is known to hold together for: 529 up to 480p, 337 above. */
    int longestAllowed() {
        return size.area() <= 832 * 480 ? 529 : 337;
    }

    private static int nearest(int value, int multiple) {
        return Math.max(1, Math.round((float) value / multiple)) * multiple;
    }
}
