package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.wan.PromptKeys;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The texts of one job: their encodings, and the keys and values that each expert's cross-attention makes of them, once for
 * each branch. Owns both.
 */
final class Prompts implements AutoCloseable {
    private final Map<Branch, Tensor> encoded = new EnumMap<>(Branch.class);
    private final Map<Expert, Map<Set<Branch>, PromptKeys>> keys = new EnumMap<>(Expert.class);

    /** encoding [n, textDim] f32, which is copied. */
    void put(Branch branch, Tensor encoding) {
        try (Scope scope = Scope.open("prompt")) {
            Tensor replaced = encoded.put(branch, scope.release(encoding.copy()));
            if (replaced != null) {
                replaced.close();
            }
        }
    }

    /** Of one branch, as a batch of 1. */
    PromptKeys keys(Expert expert, Branch branch, WanTransformer transformer) {
        return keys(expert, EnumSet.of(branch), transformer);
    }

    /** Of all branches, as a batch in their order. */
    PromptKeys keys(Expert expert, WanTransformer transformer) {
        return keys(expert, EnumSet.allOf(Branch.class), transformer);
    }

    private PromptKeys keys(Expert expert, Set<Branch> branches, WanTransformer transformer) {
        return keys.computeIfAbsent(expert, any -> new HashMap<>()).computeIfAbsent(branches, wanted -> {
            Tensor[] prompts = wanted.stream().map(this::prompt).toArray(Tensor[]::new);
            return transformer.promptKeys(prompts);
        });
    }

    private Tensor prompt(Branch branch) {
        Tensor prompt = encoded.get(branch);
        if (prompt == null) {
            throw new IllegalStateException("the plan computes the branch " + branch + ", which has no prompt");
        }
        return prompt;
    }

    /** Frees the keys of an expert that serves no more steps. */
    void drop(@Nullable Expert expert) {
        Map<Set<Branch>, PromptKeys> done = expert == null ? null : keys.remove(expert);
        if (done != null) {
            done.values().forEach(PromptKeys::close);
        }
    }

    @Override
    public void close() {
        keys.values().forEach(branches -> branches.values().forEach(PromptKeys::close));
        keys.clear();
        encoded.values().forEach(Tensor::close);
        encoded.clear();
    }
}
