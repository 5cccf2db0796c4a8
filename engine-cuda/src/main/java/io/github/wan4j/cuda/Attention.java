package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Operator;
import io.github.wan4j.core.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One attention kernel of libtorch, called by its own operator: libtorch's order of preference holds for the process, and an
 * engine must not depend on what another one set. q [B, H, L, d], k and v [B, H, S, d], which may be transposed views.
 */
enum Attention {
    /** The fastest on Hopper and later. */
    CUDNN("aten::_scaled_dot_product_cudnn_attention", 128) {
        @Override
        Tensor call(Operator operator, Tensor q, Tensor k, Tensor v, double scale) {
            return operator.call(q, k, v, null, false, 0.0, false, false, scale);
        }

        @Override
        List<Tensor> withLogSums(Operator operator, Tensor q, Tensor k, Tensor v, double scale) {
            return operator.call(2, new @Nullable Object[] {q, k, v, null, true, 0.0, false, false, scale});
        }
    },
    FLASH("aten::_scaled_dot_product_flash_attention", 256) {
        @Override
        Tensor call(Operator operator, Tensor q, Tensor k, Tensor v, double scale) {
            return operator.call(q, k, v, 0.0, false, false, scale);
        }
    },
    /** The one that takes f32 and heads of any size. */
    EFFICIENT("aten::_scaled_dot_product_efficient_attention", Integer.MAX_VALUE) {
        @Override
        Tensor call(Operator operator, Tensor q, Tensor k, Tensor v, double scale) {
            return operator.call(q, k, v, null, false, 0.0, false, scale);
        }

        @Override
        boolean takes(DType type) {
            return type == DType.BF16 || type == DType.F32;
        }
    },
    /** Plain operators: needs memory for every pair of tokens. */
    MATH("aten::_scaled_dot_product_attention_math", Integer.MAX_VALUE) {
        @Override
        Tensor call(Operator operator, Tensor q, Tensor k, Tensor v, double scale) {
            return operator.call(q, k, v, null, 0.0, false, null, scale, false);
        }

        @Override
        boolean takes(DType type) {
            return true;
        }
    };

    private static final int WIDTH_STEP = 8;
    private static final Map<Attention, Operator> OPERATORS = new ConcurrentHashMap<>();

    private final String operatorName;
    private final int widest;

    Attention(String operatorName, int widest) {
        this.operatorName = operatorName;
        this.widest = widest;
    }

    abstract Tensor call(Operator operator, Tensor q, Tensor k, Tensor v, double scale);

    /** Whether it computes on this type. */
    boolean takes(DType type) {
        return type == DType.BF16;
    }

    /** Whether it takes heads of this width in this type. */
    boolean takes(DType type, long width) {
        return takes(type) && width <= widest && (this == MATH || width % WIDTH_STEP == 0);
    }

    Tensor apply(Tensor q, Tensor k, Tensor v, double scale) {
        return call(operator(), q, k, v, scale);
    }

    /** The result and log Σ exp of the scores, f32 of as many elements as q has rows, in the order [B, H, L]. */
    List<Tensor> withLogSums(Tensor q, Tensor k, Tensor v, double scale) {
        return withLogSums(operator(), q, k, v, scale);
    }

    List<Tensor> withLogSums(Operator operator, Tensor q, Tensor k, Tensor v, double scale) {
        throw new UnsupportedOperationException(this + " keeps its sums for itself");
    }

    private Operator operator() {
        return OPERATORS.computeIfAbsent(this, it -> Operator.find(it.operatorName, ""));
    }
}
