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
 * result again, and what is left is smaller and loses less. k' and v' are divided by one scale each, q by one for every row.
 */
public final class Attention8 {
    /** The largest number of e4m3. */
    public static final double LARGEST = 448;

    /** The result is a mean of rows of v', so it needs no more than its scale; twice that bears rounded weights. */
    public static final double OUTPUT_SCALE = 2;

    private static final long ROWS = 512;
    private static final double NOTHING = 1e-30;

    private Attention8() {}

    /** q [B, L, H, d], k and v [B, S, H, d]; softmax(scale · q kᵀ) v [B, L, H, d] in q's dtype. */
    public static Tensor attention(Tensor q, Tensor k, Tensor v, double scale) {
        return attention(q, k, v, scale, false);
    }

    /** The same as cuDNN's graph has it: one scale for all of q, and the result rounded to e4m3 with one as well. */
    public static Tensor ofTensors(Tensor q, Tensor k, Tensor v, double scale) {
        return attention(q, k, v, scale, true);
    }

    private static Tensor attention(Tensor q, Tensor k, Tensor v, double scale, boolean ofTensors) {
        try (Scope scope = Scope.open("attention8")) {
            Tensor meanV = v.to(DType.F32).mean(true, 1);
            Tensor queries = q.to(DType.F32);
            Tensor ofQueries = ofTensors ? ofTensor(queries) : ofRows(queries);
            Scaled keys = Scaled.of(k.to(DType.F32).sub(k.to(DType.F32).mean(true, 1)));
            Scaled values = Scaled.of(v.to(DType.F32).sub(meanV));
            Tensor rounded = e4m3(queries.div(ofQueries)).mul(ofQueries);
            Tensor keysInColumns = keys.values().permute(0, 2, 3, 1);
            Tensor valuesInRows = values.values().transpose(1, 2);
            List<Tensor> parts = new ArrayList<>();
            for (long from = 0; from < q.size(1); from += ROWS) {
                Tensor some = rounded.narrow(1, from, Math.min(ROWS, q.size(1) - from));
                parts.add(rows(some.transpose(1, 2), keysInColumns, valuesInRows, scale * keys.scale()));
            }
            Tensor mixed = Tensors.cat(2, parts.toArray(Tensor[]::new)).mul(values.scale());
            if (ofTensors) {
                double outScale = OUTPUT_SCALE * values.scale();
                mixed = e4m3(mixed.mul(1 / outScale)).mul(outScale);
            }
            return scope.keep(mixed.transpose(1, 2).add(meanV).to(q.dtype()).contiguous());
        }
    }

    /** The scale of each row, of which zeros make none. */
    private static Tensor ofRows(Tensor x) {
        return x.abs().max(-1).clamp(NOTHING, Double.POSITIVE_INFINITY).mul(1 / LARGEST);
    }

    /** That of all rows. */
    private static Tensor ofTensor(Tensor x) {
        return ofRows(x.reshape(1, 1, 1, -1));
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
