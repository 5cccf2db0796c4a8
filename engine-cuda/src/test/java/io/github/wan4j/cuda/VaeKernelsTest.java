package io.github.wan4j.cuda;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static io.github.wan4j.core.testkit.TensorAssert.assertIdentical;
import static io.github.wan4j.core.testkit.TensorAssert.assertNoWorseThan;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.kernels.Repeated;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.GpuTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The autoencoder's own kernels against the plain implementation, bounded as in {@link CudaKernelsTest}. */
@GpuTest
class VaeKernelsTest {
    private static final Kernels PLAIN = new ReferenceKernels();
    private static final double F32 = 2e-6;

    @SuppressWarnings("NullAway.Init")
    private static Gpu gpu;

    @BeforeAll
    static void open() {
        gpu = Gpu.open();
    }

    @AfterAll
    static void close() {
        gpu.close();
    }

    @AfterEach
    void noKernelFailedItsOwnCheck() {
        assertThat(gpu.session().warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"8,1,1,1", "20,3,5,7", "96,4,60,104", "384,3,30,52", "1024,2,11,20"})
    void channelNormWithAndWithoutHistory(long channels, long frames, long height, long width) {
        for (DType type : new DType[] {DType.F32, DType.BF16}) {
            gpu.run(kernels -> {
                Tensor x =
                        Gpu.random(1, type, 1, channels, frames, height, width).channelsLast();
                Tensor gamma = Gpu.random(2, channels);
                Tensor exact = PLAIN.channelNorm(x.to(DType.F32), gamma);
                if (type == DType.F32) {
                    assertClose(kernels.channelNorm(x, gamma), exact, F32);
                } else {
                    assertNoWorseThan(kernels.channelNorm(x, gamma), PLAIN.channelNorm(x, gamma), exact, 2);
                }
                for (int kept = 0; kept <= 3; kept++) {
                    Tensor history = kept == 0
                            ? null
                            : Gpu.random(3, type, 1, channels, kept, height, width)
                                    .channelsLast();
                    Tensor own = kernels.channelNormSilu(x, gamma, 2, history);
                    Tensor plain = PLAIN.channelNormSilu(x, gamma, 2, history);
                    Tensor f32 = PLAIN.channelNormSilu(
                            x.to(DType.F32), gamma, 2, history == null ? null : history.to(DType.F32));
                    if (type == DType.F32) {
                        assertClose(own, f32, F32);
                    } else {
                        assertNoWorseThan(own, plain, f32, 2);
                    }
                    assertIdentical(kernels.behind(x, 2, history), PLAIN.behind(x, 2, history));
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"8,8,1,1,1", "20,12,3,5,7", "192,96,2,30,52", "6,6,2,3,5"})
    void upsampledConvolutionWithAndWithoutShortcut(long in, long out, long frames, long height, long width) {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 1, in, frames, height, width).channelsLast();
            Tensor weight = weight(2, out, in, 1);
            Tensor bias = Gpu.random(3, DType.BF16, out);
            Tensor same =
                    Gpu.random(4, DType.BF16, 1, out, frames, height, width).channelsLast();
            Tensor twice =
                    Gpu.random(5, DType.BF16, 1, 2 * out, frames, height, width).channelsLast();
            for (Repeated shortcut : new Repeated[] {
                null,
                new Repeated(same, 1, 0),
                new Repeated(same.narrow(2, 0, (frames + 1) / 2).channelsLast(), 2, (int) (frames % 2)),
                new Repeated(twice, 1, 0)
            }) {
                Tensor exact = PLAIN.upsampleConvolution(
                        x.to(DType.F32), weight.to(DType.F32), bias.to(DType.F32), f32(shortcut));
                assertNoWorseThan(
                        kernels.upsampleConvolution(x, weight, bias, shortcut),
                        PLAIN.upsampleConvolution(x, weight, bias, shortcut),
                        exact,
                        2);
                assertClose(
                        kernels.upsampleConvolution(
                                x.to(DType.F32), weight.to(DType.F32), bias.to(DType.F32), f32(shortcut)),
                        exact,
                        F32);
            }
        });
    }

    private static @Nullable Repeated f32(@Nullable Repeated shortcut) {
        return shortcut == null ? null : new Repeated(shortcut.x().to(DType.F32), shortcut.times(), shortcut.dropped());
    }

    /** [out, in, time, 3, 3], of a size that keeps the variance. */
    private static Tensor weight(int seed, long out, long in, long time) {
        return Gpu.random(seed, out, in, time, 3, 3)
                .mul(1 / Math.sqrt(9.0 * time * in))
                .to(DType.BF16);
    }

    @ParameterizedTest
    @CsvSource({"8,8,3,1,1", "20,12,3,5,7", "96,96,6,30,52", "6,6,4,3,5", "96,3,4,6,5"})
    void convolutionsWithWhatFollowsThem(long in, long out, long frames, long height, long width) {
        long[] padding = {1, 1};
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 1, in, frames, height, width).channelsLast();
            Tensor weight = weight(2, out, in, 3);
            Tensor bias = Gpu.random(3, DType.BF16, out);
            Tensor addend =
                    Gpu.random(4, DType.BF16, 1, out, frames - 2, height, width).channelsLast();
            Tensor gamma = Gpu.random(5, out);
            Tensor wide = x.to(DType.F32);
            Tensor wideWeight = weight.to(DType.F32);
            Tensor wideBias = bias.to(DType.F32);
            for (long[] stride : new long[][] {{1, 1, 1}, {2, 1, 1}, {1, 2, 2}}) {
                assertNoWorseThan(
                        kernels.convolution(x, weight, bias, stride, padding),
                        PLAIN.convolution(x, weight, bias, stride, padding),
                        PLAIN.convolution(wide, wideWeight, wideBias, stride, padding),
                        2);
            }
            assertNoWorseThan(
                    kernels.convolutionAdd(x, weight, bias, padding, addend),
                    PLAIN.convolutionAdd(x, weight, bias, padding, addend),
                    PLAIN.convolutionAdd(wide, wideWeight, wideBias, padding, addend.to(DType.F32)),
                    2);
            assertNoWorseThan(
                    kernels.convolutionNormSilu(x, weight, bias, padding, gamma, 2, addend),
                    PLAIN.convolutionNormSilu(x, weight, bias, padding, gamma, 2, addend),
                    PLAIN.convolutionNormSilu(wide, wideWeight, wideBias, padding, gamma, 2, addend.to(DType.F32)),
                    2);
            assertClose(
                    kernels.convolutionNormSilu(wide, wideWeight, wideBias, padding, gamma, 2, null),
                    PLAIN.convolutionNormSilu(wide, wideWeight, wideBias, padding, gamma, 2, null),
                    F32);
        });
    }
}
