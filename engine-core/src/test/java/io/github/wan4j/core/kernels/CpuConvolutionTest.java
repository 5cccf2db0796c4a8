package io.github.wan4j.core.kernels;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static io.github.wan4j.core.testkit.TensorAssert.assertIdentical;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The CPU's way of computing the VAEs' layers against the plain one. */
@ExtendWith(NoTensorLeaks.class)
class CpuConvolutionTest {
    private static final double TOLERANCE = 2e-6;

    private final Kernels cpu = new CpuKernels();
    private final Kernels plain = new ReferenceKernels();

    private static Tensor random(long seed, long... shape) {
        try (Rng rng = new Rng(seed)) {
            return rng.normal(shape);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, 16, 3, 3, 1, 1, 1, 1",
        "16, 3, 3, 3, 1, 1, 1, 1",
        "20, 40, 3, 3, 1, 1, 1, 1",
        "8, 8, 1, 3, 1, 2, 2, 0",
        "12, 12, 3, 1, 2, 1, 1, 0",
        "5, 7, 1, 1, 1, 1, 1, 0",
    })
    void convolvesAsThePlainKernels(
            long in, long out, long kt, long k, long strideT, long strideH, long strideW, long padding) {
        try (Scope scope = Scope.open("test")) {
            Tensor x = random(1, 1, in, 5, 9, 7);
            Tensor weight = random(2, out, in, kt, k, k);
            Tensor bias = random(3, out);
            long[] stride = {strideT, strideH, strideW};
            long[] pad = {padding, padding};
            assertClose(
                    cpu.convolution(cpu.layout(x), weight, bias, stride, pad),
                    plain.convolution(x, weight, bias, stride, pad),
                    TOLERANCE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void putsTheNormBehindItsHistory(int length) {
        try (Scope scope = Scope.open("test")) {
            Tensor x = random(1, 1, 20, 3, 5, 4);
            Tensor gamma = random(2, 20);
            Tensor history = length == 0 ? null : random(3, 1, 20, length, 5, 4);
            Tensor expected = plain.channelNormSilu(x, gamma, 2, history);
            assertThat(expected.size(2)).isEqualTo(5);
            assertClose(cpu.channelNormSilu(cpu.layout(x), gamma, 2, history), expected, TOLERANCE);
            assertIdentical(cpu.behind(cpu.layout(x), 2, history), plain.behind(x, 2, history));
            assertClose(cpu.channelNorm(cpu.layout(x), gamma), plain.channelNorm(x, gamma), TOLERANCE);
        }
    }

    @Test
    void leavesNoHistoryWhereNoneIsAskedFor() {
        try (Scope scope = Scope.open("test")) {
            Tensor x = random(1, 1, 4, 2, 3, 3);
            Tensor gamma = random(2, 4);
            Tensor history = random(3, 1, 4, 2, 3, 3);
            assertClose(cpu.channelNormSilu(x, gamma, 0, history), plain.channelNormSilu(x, gamma, 0, null), TOLERANCE);
            assertIdentical(cpu.behind(x, 0, history), x);
        }
    }

    @Test
    void normsPixelsWithoutAnyValueToZero() {
        try (Scope scope = Scope.open("test")) {
            Tensor x = Tensors.zeros(DType.F32, Device.CPU, 1, 16, 1, 2, 2);
            Tensor tiny = x.add(1e-14);
            Tensor gamma = random(2, 16);
            assertThat(cpu.channelNorm(x, gamma).maxAbs()).isZero();
            assertThat(cpu.channelNormSilu(x, gamma, 2, null).maxAbs()).isZero();
            assertClose(cpu.channelNorm(tiny, gamma), plain.channelNorm(tiny, gamma), TOLERANCE);
        }
    }

    @Test
    void doublesPixelsBeforeItConvolves() {
        try (Scope scope = Scope.open("test")) {
            Tensor x = random(1, 1, 12, 3, 4, 5);
            Tensor weight = random(2, 6, 12, 1, 3, 3);
            Tensor bias = random(3, 6);
            Tensor expected = plain.upsampleConvolution(x, weight, bias, null);
            assertThat(expected.shape()).containsExactly(1, 6, 3, 8, 10);
            assertClose(cpu.upsampleConvolution(cpu.layout(x), weight, bias, null), expected, TOLERANCE);
        }
    }

    @Test
    void keepsBf16AsThePlainKernelsHaveIt() {
        try (Scope scope = Scope.open("test")) {
            Tensor x = random(1, 1, 16, 2, 6, 6).to(DType.BF16);
            Tensor gamma = random(2, 16);
            Tensor weight = random(3, 8, 16, 1, 3, 3).to(DType.BF16);
            Tensor bias = random(4, 8).to(DType.BF16);
            assertIdentical(cpu.channelNormSilu(x, gamma, 2, null), plain.channelNormSilu(x, gamma, 2, null));
            assertIdentical(cpu.behind(x, 2, x), plain.behind(x, 2, x));
            assertIdentical(
                    cpu.upsampleConvolution(x, weight, bias, null), plain.upsampleConvolution(x, weight, bias, null));
        }
    }
}
