package io.github.wan4j.core.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.nn.ScaledLinear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TensorAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoTensorLeaks.class)
class QuantiseTest {
    private static final double HALF_STEP = 1 / 16.0; // of three bits behind the leading one

    private final Kernels kernels = new ReferenceKernels();

    @Test
    void everyRowReachesTheLargestNumberOfItsTypeAndNoElementIsFurtherOffThanHalfAStep() {
        try (Rng rng = new Rng(1);
                Scope scope = Scope.open("test")) {
            Tensor x = rng.normal(2, 3, 64).mul(Tensors.of(new float[] {1, 1e-6f, 1e6f}, 1, 3, 1));
            Operand quantised = kernels.quantise(x);
            assertThat(quantised.values().dtype()).isEqualTo(DType.F8_E4M3);
            assertThat(quantised.rowScales().shape()).containsExactly(2, 3, 1);
            float[] values = quantised.values().toFloats();
            float[] scales = quantised.rowScales().toFloats();
            float[] plain = x.toFloats();
            for (int row = 0; row < scales.length; row++) {
                float largest = 0;
                for (int i = row * 64; i < row * 64 + 64; i++) {
                    largest = Math.max(largest, Math.abs(values[i]));
                    double off = Math.abs(values[i] * (double) scales[row] - plain[i]);
                    double subnormal = scales[row] * Math.pow(2, -10);
                    assertThat(off).isLessThanOrEqualTo(Math.max(Math.abs(plain[i]) * HALF_STEP, subnormal) * 1.0001);
                }
                assertThat(largest).isEqualTo(448);
            }
        }
    }

    @Test
    void aRowOfZerosStaysOneAndWhatIsNotFiniteShows() {
        try (Scope scope = Scope.open("test")) {
            Tensor x = Tensors.of(new float[] {0, 0, Float.NaN, 1, Float.POSITIVE_INFINITY, 1}, 3, 2);
            Tensor back = kernels.quantise(x).dequantised();
            assertThat(back.select(0, 0).toFloats()).containsExactly(0, 0);
            assertThat(back.select(0, 1).toFloats()).contains(Float.NaN);
            assertThat(back.select(0, 2).isFinite()).isFalse();
        }
    }

    @Test
    void fusedFormsQuantiseWhatTheOthersReturn() {
        try (Rng rng = new Rng(2);
                Scope scope = Scope.open("test")) {
            Tensor x = rng.normal(1, 5, 32);
            Norm norm = new Norm.Modulated(Rows.shared(rng.normal(1, 32)), Rows.shared(rng.normal(1, 32)), 1e-6);
            same(
                    kernels.norm(x, norm, DType.F8_E4M3),
                    kernels.norm(x, norm, DType.F32).values());
            Norm affine = new Norm.Affine(rng.normal(32), rng.normal(32), 1e-6);
            Tensor y = rng.normal(1, 5, 32);
            same(
                    kernels.gatedAddNorm(x, y, null, affine, DType.F8_E4M3).normed(),
                    kernels.norm(x.add(y), affine, DType.F32).values());
            same(kernels.geluQuantise(x), Functional.gelu(x));
        }
    }

    private void same(Operand operand, Tensor plain) {
        Operand expected = kernels.quantise(plain);
        assertThat(operand.isQuantised()).isTrue();
        assertThat(operand.shape()).isEqualTo(expected.shape());
        assertThat(operand.values().toBytes()).isEqualTo(expected.values().toBytes());
        TensorAssert.assertIdentical(operand.rowScales(), expected.rowScales());
    }

    @Test
    void aLayerQuantisesWhatIsNotYetAndIsAsFarFromF32AsItsOperandsAre() {
        try (Rng rng = new Rng(3);
                Scope scope = Scope.open("test")) {
            Tensor x = rng.normal(1, 7, 64);
            Tensor weight = rng.normal(48, 64);
            Tensor bias = rng.normal(48).to(DType.BF16);
            ScaledLinear layer = new ScaledLinear(kernels, kernels.quantise(weight), bias);
            Tensor exact = Functional.linear(x, weight, bias.to(DType.F32));

            Tensor y = layer.forward(x);
            assertThat(y.dtype()).isEqualTo(DType.BF16);
            assertThat(TensorAssert.relativeError(y, exact)).isBetween(1e-2, 6e-2);
            TensorAssert.assertIdentical(layer.forward(kernels.quantise(x)), y);
            Operand plain = layer.gelu(Operand.of(x), DType.BF16);
            assertThat(plain.isQuantised()).isFalse();
            assertThat(TensorAssert.relativeError(plain.values(), Functional.gelu(exact)))
                    .isBetween(1e-2, 6e-2);
            Operand quantised = layer.gelu(Operand.of(x), DType.F8_E4M3);
            assertThat(TensorAssert.relativeError(quantised.dequantised(), plain.values()))
                    .isBetween(1e-2, 6e-2);
        }
    }

    @Test
    void productsOfEightBitsWantMultiplesOfSixteen() {
        assertThat(ScaledLinear.takes(640, 256)).isTrue();
        assertThat(ScaledLinear.takes(640, 250)).isFalse();
        assertThat(ScaledLinear.takes(20, 256)).isFalse();
        assertThat(ScaledLinear.takes(640)).isFalse();
    }
}
