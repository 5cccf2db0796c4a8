package io.github.wan4j.core.kernels;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A matrix as products take it: values [.., D] as they are, or values in e4m3 with the factor [.., 1] f32 of each row by which
 * they are to be multiplied. Passes before an fp8 product write the latter themselves, so that quantising is none of its own.
 */
public record Operand(Tensor values, @Nullable Tensor scales) implements AutoCloseable {
    /** Values without scales. */
    public static Operand of(Tensor values) {
        return new Operand(values, null);
    }

    public boolean isQuantised() {
        return scales != null;
    }

    /** The scales of one that is quantised. */
    public Tensor rowScales() {
        return Objects.requireNonNull(scales, () -> values + " is not quantised");
    }

    public long[] shape() {
        return values.shape();
    }

    /** The numbers that it stands for, f32 where it is quantised. */
    public Tensor dequantised() {
        return scales == null ? values : values.to(DType.F32).mul(scales);
    }

    /** Moves it to the scope around {@code scope}. */
    public Operand keptBy(Scope scope) {
        return new Operand(scope.keep(values), scales == null ? null : scope.keep(scales));
    }

    @Override
    public void close() {
        values.close();
        if (scales != null) {
            scales.close();
        }
    }

    @Override
    public String toString() {
        return values + (scales == null ? "" : " by rows");
    }
}
