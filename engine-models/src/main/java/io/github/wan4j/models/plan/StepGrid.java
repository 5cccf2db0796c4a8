package io.github.wan4j.models.plan;

import io.github.wan4j.video.Expert;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;

/**
 * What every rule of reuse has to respect: who serves which step, in which of them the negative branch takes part, and
 * hence which steps are always computed.
 */
final class StepGrid {
    private final List<Expert> experts;
    private final List<Run> runs;
    private final IntPredicate guided;

    /** @param guided whether the negative branch takes part in a step */
    StepGrid(List<Expert> experts, IntPredicate guided) {
        this.experts = List.copyOf(experts);
        this.runs = Run.of(experts);
        this.guided = guided;
    }

    int steps() {
        return experts.size();
    }

    List<Run> runs() {
        return runs;
    }

    Run runOf(int step) {
        return runs.stream()
                .filter(run -> run.first() <= step && step < run.end())
                .findFirst()
                .orElseThrow(() -> new IndexOutOfBoundsException("step " + step + " of " + steps()));
    }

    /** Passes that the step takes when it is computed. */
    int branches(int step) {
        return guided.test(step) ? 2 : 1;
    }

    boolean guided(int step) {
        return guided.test(step);
    }

    /** At the first step of each expert and, within it, the first of the negative branch. */
    boolean nothingToReuse(int step) {
        return runOf(step).first() == step || (guided.test(step) && !guided.test(step - 1));
    }

    /** Where there is nothing to reuse, and the last step, which is what will be seen. */
    boolean forced(int step) {
        return step == steps() - 1 || nothingToReuse(step);
    }

    /** Whether it is among the first steps of its expert, which has the given share of them, rounded down. */
    boolean isAmongFirst(int step, ToDoubleFunction<Expert> share) {
        Run run = runOf(step);
        return step - run.first() < (int) (run.length() * share.applyAsDouble(run.expert()));
    }
}
