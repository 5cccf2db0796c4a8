package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention on e4m3 as GPUs compute it, in plain operators: the control for fused ones, and a way to see the loss without them.
 *
 * <p>k' = k − mean k and v' = v − mean v over the tokens: the first leaves a softmax as it is, the second is added to its
 * result again, and what is left is smaller and loses less. q, k', v' and the result are divided by one scale each.
 */
public final class Attention8 {
    /** The largest number of e4m3. */
    public static final double LARGEST = 448;

    /** The result is a mean of rows of v', so it needs no more than its scale; twice that bears rounded weights. */
    public static final double OUTPUT_SCALE = 2;

    private static final long ROWS = 512;

    private Attention8() {}

    /** q [B, L, H, d], k and v [B, S, H, d]; softmax(scale · q kᵀ) v [B, L, H, d] in q's dtype. */
    public static Tensor attention(Tensor q, Tensor k, Tensor v, double scale) {
        try (Scope scope = Scope.open("attention8")) {
            Tensor meanV = v.to(DType.F32).mean(true, 1);
            Scaled queries = Scaled.of(q.to(DType.F32));
            Scaled keys = Scaled.of(k.to(DType.F32).sub(k.to(DType.F32).mean(true, 1)));
            Scaled values = Scaled.of(v.to(DType.F32).sub(meanV));
            Tensor keysInColumns = keys.values().permute(0, 2, 3, 1);
            Tensor valuesInRows = values.values().transpose(1, 2);
            double inProducts = scale * queries.scale() * keys.scale();
            List<Tensor> parts = new ArrayList<>();
            for (long from = 0; from < q.size(1); from += ROWS) {
                Tensor some = queries.values().narrow(1, from, Math.min(ROWS, q.size(1) - from));
                parts.add(rows(some.transpose(1, 2), keysInColumns, valuesInRows, inProducts));
            }
            double outScale = OUTPUT_SCALE * values.scale();
            Tensor mixed = Tensors.cat(2, parts.toArray(Tensor[]::new)).mul(values.scale() / outScale);
            return scope.keep(e4m3(mixed)
                    .mul(outScale)
                    .transpose(1, 2)
                    .add(meanV)
                    .to(q.dtype())
                    .contiguous());
        }
    }

    /** q [B, H, l, d], keys [B, H, d, S], values [B, H, S, d]; weights are rounded relative to the largest of their row. */
    private static Tensor rows(Tensor q, Tensor keys, Tensor values, double scale) {
        try (Scope scope = Scope.open("attention8.rows")) {
            Tensor scores = q.matmul(keys).mul(scale);
            Tensor weights = scores.sub(scores.max(-1)).exp();
            Tensor sums = weights.sum(true, -1);
            Tensor rounded = e4m3(weights.mul(LARGEST)).mul(1 / LARGEST);
            return scope.keep(rounded.matmul(values).div(sums));
        }
    }

    /** Numbers that e4m3 holds, as f32, and what they are to be multiplied by. */
    private record Scaled(Tensor values, double scale) {
        static Scaled of(Tensor x) {
            double largest = x.maxAbs();
            double scale = largest == 0 ? 1 : largest / LARGEST;
            return new Scaled(e4m3(x.mul(1 / scale)), scale);
        }
    }

    private static Tensor e4m3(Tensor x) {
        return x.clamp(-LARGEST, LARGEST).to(DType.F8_E4M3).to(DType.F32);
    }
}
