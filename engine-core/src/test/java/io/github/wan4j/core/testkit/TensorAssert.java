package io.github.wan4j.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Locale;

/** Numeric comparison of tensors. NaN fails every assertion. */
public final class TensorAssert {
    private TensorAssert() {}

    /** ‖actual − expected‖₂ / ‖expected‖₂ ≤ tolerance. */
    public static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).as("shape").isEqualTo(expected.shape());
        double error = relativeError(actual, expected);
        assertThat(error <= tolerance)
                .as(() -> describe(actual, expected, error, tolerance))
                .isTrue();
    }

    /**
     * The error of {@code actual} against {@code reference} (of higher precision) is at most {@code factor} times that of
     * {@code honest}, the plain implementation in the same precision.
     */
    public static void assertNoWorseThan(Tensor actual, Tensor honest, Tensor reference, double factor) {
        assertClose(actual, reference, factor * relativeError(honest, reference));
    }

    /** Same dtype, same values. */
    public static void assertIdentical(Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).as("dtype").isEqualTo(expected.dtype());
        assertClose(actual, expected, 0);
    }

    /** ‖actual − expected‖₂ / ‖expected‖₂ in f64; against zeros the norm of actual itself. */
    public static double relativeError(Tensor actual, Tensor expected) {
        try (Scope scope = Scope.open("assert")) {
            double norm = expected.norm();
            double difference = actual.to(DType.F64).sub(expected.to(DType.F64)).norm();
            return norm == 0 ? difference : difference / norm;
        }
    }

    private static String describe(Tensor actual, Tensor expected, double error, double tolerance) {
        float[] is = actual.toFloats();
        float[] should = expected.toFloats();
        int worst = 0;
        double most = -1;
        for (int i = 0; i < is.length; i++) {
            double difference = Math.abs((double) is[i] - should[i]);
            if (!(difference <= most)) {
                most = difference;
                worst = i;
            }
        }
        return String.format(
                Locale.ROOT,
                "relative L2 error %.3g of %s, allowed %.3g; worst at flat index %d: %s instead of %s",
                error,
                actual,
                tolerance,
                worst,
                is[worst],
                should[worst]);
    }
}
