package io.github.wan4j.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TensorAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoTensorLeaks.class)
class TensorTest {
    private static final Operator RMS_NORM = Operator.find("aten::_fused_rms_norm", "");

    @Test
    void valuesTravelToTheHeapAndBack() {
        try (Scope scope = Scope.open("test")) {
            assertThat(Tensors.of(new float[] {1, 2.5f, -3}, 3).toFloats()).containsExactly(1, 2.5f, -3);
            assertThat(Tensors.of(new long[] {1, Long.MIN_VALUE}, 2).toLongs()).containsExactly(1, Long.MIN_VALUE);
            assertThat(Tensors.of(new byte[] {0, -1}, 2).toBytes()).containsExactly(0, -1);
            assertThat(Tensors.of(new double[] {Math.PI}, 1).item()).isEqualTo(Math.PI);
        }
    }

    @Test
    void bytesAreUnsigned() {
        try (Scope scope = Scope.open("test")) {
            assertThat(Tensors.of(new byte[] {-1}, 1).item()).isEqualTo(255);
        }
    }

    @Test
    void aFailedOperationNamesItsOperands() {
        try (Scope scope = Scope.open("test")) {
            Tensor x = Tensors.ones(DType.F32, Device.CPU, 1, 3, 9);
            Tensor weight = Tensors.ones(DType.F32, Device.CPU, 8, 8);
            assertThatThrownBy(() -> Functional.linear(x, weight, null))
                    .isInstanceOf(TensorException.class)
                    .hasMessage("linear(f32[1, 3, 9], f32[8, 8]): "
                            + "mat1 and mat2 shapes cannot be multiplied (3x9 and 8x8)");
        }
    }

    @Test
    void nanIsNeverFinite() {
        try (Scope scope = Scope.open("test")) {
            assertThat(Tensors.of(new float[] {1, Float.NaN}, 2).isFinite()).isFalse();
            assertThat(Tensors.of(new float[] {1, Float.POSITIVE_INFINITY}, 2).isFinite())
                    .isFalse();
            assertThat(Tensors.of(new float[] {1, -1e30f}, 2).isFinite()).isTrue();
        }
    }

    @Test
    void aSeedGivesTorchsNumbers() {
        try (Scope scope = Scope.open("test");
                Rng rng = new Rng(42)) {
            // torch.randn(4, generator=torch.Generator().manual_seed(42))
            assertThat(rng.normal(4).toFloats()).containsExactly(0.33669037f, 0.1288094f, 0.23446237f, 0.23033303f);
        }
    }

    @Test
    void metaTensorsHaveAShapeOnly() {
        try (Scope scope = Scope.open("test")) {
            Tensor huge = Tensors.empty(DType.F32, Device.META, 1L << 20, 1L << 20);
            assertThat(huge.device()).isEqualTo(Device.META);
            assertThat(huge.shape()).containsExactly(1L << 20, 1L << 20);
        }
    }

    @Test
    void operatorsWithoutABindingAreReachedByName() {
        try (Scope scope = Scope.open("test")) {
            Tensor x = Tensors.of(new float[] {3, 4}, 1, 2);
            TensorAssert.assertClose(RMS_NORM.call(x, new long[] {2}, null, 0.0), x.mul(Math.sqrt(2 / 25.0)), 1e-6);
            assertThatThrownBy(() -> RMS_NORM.call(x)).hasMessage("aten::_fused_rms_norm takes 4 arguments, not 1");
        }
    }

    @Test
    void theArityOfASchemaCountsDefaultsAndKeywords() {
        assertThat(Operator.arity("aten::f() -> Tensor")).isZero();
        assertThat(Operator.arity("aten::f(Tensor a, int[2] b=[1, 1], *, Tensor(a!)? c=None) -> (Tensor, Tensor)"))
                .isEqualTo(3);
    }
}
