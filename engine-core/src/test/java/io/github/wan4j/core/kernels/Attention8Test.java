package io.github.wan4j.core.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TensorAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoTensorLeaks.class)
class Attention8Test {
    private static final Kernels EXACT = new ReferenceKernels();

    private static double scale(Tensor q) {
        return 1 / Math.sqrt((double) q.size(3));
    }

    private static Tensor exact(Tensor q, Tensor k, Tensor v) {
        return EXACT.attention(q, k, v, scale(q), null);
    }

    /** Normal numbers lose what the inputs, the weights and the result lose by three bits of mantissa, and no more. */
    @ParameterizedTest
    @CsvSource({"1,1,1,1,128", "1,576,576,2,128", "2,37,70,3,64", "1,1030,33,1,16"})
    void losesASmallPartOnly(long batch, long queries, long keys, long heads, long width) {
        try (Rng rng = new Rng(7);
                Scope scope = Scope.open("test")) {
            Tensor q = rng.normal(batch, queries, heads, width);
            Tensor k = rng.normal(batch, keys, heads, width);
            Tensor v = rng.normal(batch, keys, heads, width);
            Tensor own = Attention8.attention(q, k, v, scale(q));
            TensorAssert.assertClose(own, exact(q, k, v), 0.07);
            assertThat(keys == 1 || TensorAssert.relativeError(own, exact(q, k, v)) > 0.01)
                    .as("it is not the exact one")
                    .isTrue();
            assertThat(own.isContiguous()).isTrue();
        }
    }

    /** A mean that all keys share is far above what e4m3 resolves beside it, and does not matter. */
    @Test
    void aMeanOfKeysAndOfValuesCostsNothing() {
        try (Rng rng = new Rng(8);
                Scope scope = Scope.open("test")) {
            Tensor q = rng.normal(1, 300, 2, 128);
            Tensor k = rng.normal(1, 300, 2, 128).add(rng.normal(1, 1, 2, 128).mul(30));
            Tensor v = rng.normal(1, 300, 2, 128);
            Tensor mean = rng.normal(1, 1, 2, 128).mul(30);
            Tensor own = Attention8.attention(q, k, v, scale(q));
            TensorAssert.assertClose(own, exact(q, k, v), 0.07);
            Tensor moved = Attention8.attention(q, k, v.add(mean), scale(q));
            TensorAssert.assertClose(moved.sub(mean), own, 0.02);
        }
    }

    @Test
    void equalKeysGiveTheMeanOfTheValues() {
        try (Rng rng = new Rng(9);
                Scope scope = Scope.open("test")) {
            Tensor q = rng.normal(1, 5, 1, 16);
            Tensor k = rng.normal(1, 1, 1, 16).expand(1, 64, 1, 16);
            Tensor v = rng.normal(1, 64, 1, 16);
            Tensor mean = v.mean(true, 1).expand(1, 5, 1, 16);
            TensorAssert.assertClose(Attention8.attention(q, k, v, 0.25), mean, 0.03);
        }
    }

    @Test
    void rowsAreComputedOneByOne() {
        try (Rng rng = new Rng(10);
                Scope scope = Scope.open("test")) {
            Tensor q = rng.normal(1, 513, 1, 32);
            Tensor k = rng.normal(1, 40, 1, 32);
            Tensor v = rng.normal(1, 40, 1, 32);
            Tensor all = Attention8.attention(q, k, v, 0.2);
            Tensor twice = Attention8.attention(q.narrow(1, 0, 513), k, v, 0.2);
            TensorAssert.assertIdentical(all, twice);
            assertThat(all.narrow(1, 512, 1).norm()).isPositive();
        }
    }

    @Test
    void zerosStayZerosAndNothingNumericIsHidden() {
        try (Rng rng = new Rng(11);
                Scope scope = Scope.open("test")) {
            Tensor x = rng.normal(1, 8, 1, 16);
            Tensor zeros = x.mul(0);
            assertThat(Attention8.attention(zeros, zeros, zeros, 1).maxAbs()).isZero();
            Tensor broken = x.mul(Double.NaN);
            assertThat(Attention8.attention(broken, x, x, 1).isFinite()).isFalse();
            assertThat(Attention8.attention(x, broken, x, 1).isFinite()).isFalse();
            assertThat(Attention8.attention(x, x, broken, 1).isFinite()).isFalse();
            assertThat(Attention8.attention(x.to(DType.BF16), x.to(DType.BF16), x.to(DType.BF16), 1)
                            .dtype())
                    .isEqualTo(DType.BF16);
        }
    }
}
