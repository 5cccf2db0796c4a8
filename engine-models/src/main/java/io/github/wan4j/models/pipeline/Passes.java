package io.github.wan4j.models.pipeline;

import io.github.wan4j.models.plan.Action;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** Counts what runs through the transformers, where it runs: the plan has no say in it, so that both can be compared. */
final class Passes {
    private final Map<Expert, Map<Branch, Integer>> computed = new EnumMap<>(Expert.class);
    private final Map<Branch, StringBuilder> masks = new EnumMap<>(Branch.class);

    Passes() {
        for (Branch branch : Branch.values()) {
            masks.put(branch, new StringBuilder());
        }
    }

    /** A step begins, in which no branch has played a part yet. */
    void begin() {
        masks.values().forEach(mask -> mask.append(Action.OFF.mark()));
    }

    void computed(Expert expert, Branch branch) {
        computed.computeIfAbsent(expert, any -> new EnumMap<>(Map.of(Branch.COND, 0, Branch.UNCOND, 0)))
                .merge(branch, 1, Integer::sum);
        mark(branch, Action.COMPUTE);
    }

    void reused(Branch branch) {
        mark(branch, Action.REUSE);
    }

    private void mark(Branch branch, Action action) {
        StringBuilder mask = masks.getOrDefault(branch, new StringBuilder());
        mask.setCharAt(mask.length() - 1, action.mark());
    }

    /** Passes by expert and branch. */
    Map<Expert, Map<Branch, Integer>> byExpert() {
        return Collections.unmodifiableMap(computed);
    }

    /** One character a step, as {@link Action#mark}. */
    String mask(Branch branch) {
        return String.valueOf(masks.get(branch));
    }

    /** Throws if it was not what a plan says, all of it. */
    void require(ExecutionPlan plan) {
        for (Branch branch : Branch.values()) {
            if (!mask(branch).equals(plan.mask(branch))) {
                throw new IllegalStateException("the plan computes the branch " + branch.label() + " in steps '"
                        + plan.mask(branch) + "', it was computed in '" + mask(branch) + "'");
            }
        }
        if (!computed.equals(plan.forwardsBy())) {
            throw new IllegalStateException(
                    "the plan has the passes " + plan.forwardsBy() + ", counted were " + computed);
        }
    }
}
