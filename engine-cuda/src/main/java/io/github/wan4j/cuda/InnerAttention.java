package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What computes self-attention where less exact numbers were asked for. */
@FunctionalInterface
interface InnerAttention extends AutoCloseable {
    /**
     * q [B, L, H, d], k and v [B, S, H, d], which it may free and whose last {@code copies} do not count; softmax(scale · q kᵀ) v,
     * or null where it does not take them.
     */
    @Nullable
    Tensor attention(Tensor q, Tensor k, Tensor v, double scale, long copies);

    /** Whether it takes copies: else it is better not given any. */
    default boolean takesCopies() {
        return false;
    }

    /** A sentence for each reason not to compute at all. */
    default List<String> switchedOff() {
        return List.of();
    }

    @Override
    default void close() {}
}
