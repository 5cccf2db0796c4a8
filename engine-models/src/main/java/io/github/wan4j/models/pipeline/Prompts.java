package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.wan.PromptKeys;
import io.github.wan4j.models.wan.WanTransformer;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts of one job: their encodings, and the keys and values that each expert's cross-attention makes of them, once for
 * each branch. Owns both.
 */
final class Prompts implements AutoCloseable {
    private final Map<Branch, Tensor> encoded = new EnumMap<>(Branch.class);
    private final Map<Expert, Map<Branch, PromptKeys>> keys = new EnumMap<>(Expert.class);

    /** encoding [n, textDim] f32, which is copied. */
    void put(Branch branch, Tensor encoding) {
        try (Scope scope = Scope.open("prompt")) {
            Tensor replaced = encoded.put(branch, scope.release(encoding.copy()));
            if (replaced != null) {
                replaced.close();
            }
        }
    }

    PromptKeys keys(Expert expert, Branch branch, WanTransformer transformer) {
        Map<Branch, PromptKeys> known = keys.computeIfAbsent(expert, any -> new EnumMap<>(Branch.class));
        PromptKeys found = known.get(branch);
        if (found == null) {
            Tensor prompt = encoded.get(branch);
            if (prompt == null) {
                throw new IllegalStateException("the plan computes the branch " + branch + ", which has no prompt");
            }
            found = transformer.promptKeys(prompt);
            known.put(branch, found);
        }
        return found;
    }

    /** Frees the keys of an expert that serves no more steps. */
    void drop(@Nullable Expert expert) {
        Map<Branch, PromptKeys> done = expert == null ? null : keys.remove(expert);
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
