package io.github.wan4j.cuda;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static io.github.wan4j.core.testkit.TensorAssert.assertIdentical;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.KernelSet;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Attention8;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.core.testkit.TensorAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** attention=fp8 against its formula in plain operators, and against exact numbers: heads of 128 by own kernels on Hopper, else cuDNN. */
@GpuTest
class QuantisedAttentionTest {
    @SuppressWarnings("NullAway.Init")
    private static Gpu gpu;

    private static final EngineConfig FP8 =
            EngineConfig.builder().attention(AttentionBackend.FP8).build();

    @BeforeAll
    static void open() {
        gpu = Gpu.open(FP8);
    }

    @AfterAll
    static void close() {
        gpu.close();
    }

    /** q, k and v are given away: others may look at the same memory. */
    private static Tensor inner(Kernels kernels, Tensor q, Tensor k, Tensor v) {
        return kernels.innerAttention(
                q.narrow(0, 0, q.size(0)), k.narrow(0, 0, k.size(0)), v.narrow(0, 0, v.size(0)), scale(q), 0);
    }

    private static double scale(Tensor q) {
        return 1 / Math.sqrt((double) q.size(3));
    }

    private static Tensor formula(Tensor q, Tensor k, Tensor v) {
        return q.size(3) == 128 ? Attention8.attention(q, k, v, scale(q)) : Attention8.ofTensors(q, k, v, scale(q));
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1,128",
        "1,5,2,128",
        "1,128,1,128",
        "1,576,2,128",
        "2,577,3,128",
        "1,640,2,64",
        "1,1111,2,64",
        "1,3410,24,128",
        "1,8192,2,128",
        "1,27280,24,128"
    })
    void isWhatItsFormulaSays(long batch, long tokens, long heads, long width) {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, batch, tokens, heads, width);
            Tensor k = Gpu.random(2, batch, tokens, heads, width)
                    .add(Gpu.random(3, 1, 1, heads, width).mul(5))
                    .to(DType.BF16);
            Tensor v = Gpu.random(4, DType.BF16, batch, tokens, heads, width);
            Tensor exact = kernels.attention(q, k, v, scale(q), null).to(DType.F32);
            Tensor formula = formula(q, k, v);
            Tensor own = inner(kernels, q, k, v);
            assertThat(gpu.session().warnings()).isEmpty();
            assertThat(own.shape()).containsExactly(batch, tokens, heads, width);
            assertThat(own.isContiguous()).isTrue();
            assertThat(own.dtype()).isEqualTo(DType.BF16);
            assertClose(own, formula, 0.03);
            TensorAssert.assertNoWorseThan(own, formula, exact, 1.2);
            Tensor mean = v.to(DType.F32).mean(true, 1);
            double part = TensorAssert.relativeError(own.to(DType.F32).sub(mean), exact.sub(mean));
            assertThat(tokens == 1 || part > 0.01)
                    .as("%s of what is not the mean", part)
                    .isTrue();
        });
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,1,1", "1,300,512,2,0", "2,200,577,3,7", "1,129,192,1,0", "1,500,193,2,127", "1,5000,5003,5,53"})
    void keysMayBeMoreThanQueriesAndLieBesideValues(long batch, long queries, long keys, long heads, long copies) {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, batch, queries, heads, 128);
            Tensor joint = Gpu.random(2, DType.BF16, batch, keys + copies, 2 * heads, 128);
            Tensor k = joint.narrow(2, 0, heads);
            Tensor v = joint.narrow(2, heads, heads);
            Tensor formula = Attention8.attention(q, k.narrow(1, 0, keys), v.narrow(1, 0, keys), scale(q));
            Tensor own = kernels.innerAttention(q, k, v, scale(q), copies);
            assertThat(gpu.session().warnings()).isEmpty();
            assertClose(own, formula, 0.03);
        });
    }

    /** One key far above all others, and one score for all: the extremes of what padding and rounded weights have to bear. */
    @Test
    void sharpAndFlatAttention() {
        gpu.run(kernels -> {
            Tensor v = Gpu.random(1, DType.BF16, 1, 300, 2, 128);
            Tensor sharp = Gpu.random(2, DType.BF16, 1, 300, 2, 128).mul(8);
            Tensor exact = kernels.attention(sharp, sharp, v, scale(v), null).to(DType.F32);
            assertClose(inner(kernels, sharp, sharp, v), exact, 0.05);
            Tensor flat = v.mul(0);
            Tensor mean = v.to(DType.F32).mean(true, 1).expand(v.shape());
            assertClose(inner(kernels, flat, flat, v), mean, 0.02);
            assertThat(inner(kernels, flat, flat, flat).maxAbs()).isZero();
        });
    }

    @Test
    void theSameInputGivesTheSameBits() {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, 1, 3410, 24, 128);
            Tensor k = Gpu.random(2, DType.BF16, 1, 3410, 24, 128);
            Tensor first = inner(kernels, q, k, q);
            for (int i = 0; i < 10; i++) {
                assertIdentical(inner(kernels, q, k, q), first);
            }
        });
    }

    @Test
    void whatIsBrokenStaysBroken() {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 1, 576, 2, 128);
            Tensor fine = inner(kernels, x, x, x);
            assertThat(fine.isFinite()).isTrue();
            for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
                Tensor broken = x.copy();
                broken.narrow(1, 100, 1).copyFrom(x.narrow(1, 100, 1).mul(0).add(wrong));
                assertThat(inner(kernels, broken, x, x).isFinite()).isFalse();
                assertThat(inner(kernels, x, broken, x).isFinite()).isFalse();
                assertThat(inner(kernels, x, x, broken).isFinite()).isFalse();
            }
            assertThat(gpu.session().warnings()).isEmpty();
        });
    }

    @Test
    void whatItDoesNotTakeIsComputedAsElsewhere() {
        gpu.run(kernels -> {
            Tensor wide = Gpu.random(1, DType.BF16, 1, 300, 1, 384);
            assertIdentical(inner(kernels, wide, wide, wide), kernels.attention(wide, wide, wide, scale(wide), null));
            Tensor f32 = Gpu.random(2, 1, 300, 2, 128);
            assertIdentical(inner(kernels, f32, f32, f32), kernels.attention(f32, f32, f32, scale(f32), null));
            Tensor q = Gpu.random(3, DType.BF16, 1, 300, 2, 64);
            Tensor text = Gpu.random(4, DType.BF16, 1, 512, 2, 64);
            assertIdentical(inner(kernels, q, text, text), kernels.attention(q, text, text, scale(q), null));
            Tensor parts = Gpu.random(5, DType.BF16, 1, 300, 4, 64).narrow(2, 1, 2);
            assertIdentical(inner(kernels, parts, q, q), kernels.attention(parts, q, q, scale(q), null));
        });
    }

    @Test
    void bytesOnTheDeviceAreBackWhereTheyWere() {
        for (long tokens = 200; tokens < 240; tokens++) { // more shapes than plans are kept
            attendOnce(tokens);
        }
        long before = gpu.session().memory().used().orElseThrow();
        long free = gpu.session().memory().free();
        for (long tokens = 200; tokens < 240; tokens++) {
            attendOnce(tokens);
            attendOnce(tokens);
        }
        assertThat(gpu.session().memory().used().orElseThrow()).isEqualTo(before);
        assertThat(gpu.session().memory().free()).isGreaterThan(free - (32L << 20));
    }

    private static void attendOnce(long tokens) {
        gpu.run(kernels -> {
            for (long width : new long[] {64, 128}) {
                Tensor q = Gpu.random(1, DType.BF16, 1, tokens, 2, width);
                assertThat(inner(kernels, q, q, q).count()).isEqualTo(q.count());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 128})
    void itsInputsAreFreedAsSoonAsTheyAreQuantised(long width) {
        gpu.run(kernels -> {
            for (int i = 0; i < 2; i++) {
                Tensor q = Gpu.random(1, DType.BF16, 1, 4096, 8, width);
                Tensor k = Gpu.random(2, DType.BF16, 1, 4096, 8, width);
                Tensor v = Gpu.random(3, DType.BF16, 1, 4096, 8, width);
                long before = gpu.session().memory().used().orElseThrow();
                Tensor out = kernels.innerAttention(q, k, v, 0.1, 0);
                boolean compared = i == 0 && width == 64; // with what cuDNN makes of the same input in bf16
                long expected = compared ? before + out.count() * 2 : before - out.count() * 4;
                assertThat(gpu.session().memory().used().orElseThrow()).isBetween(expected, expected + 4096);
            }
        });
    }

    @Test
    void theSessionSaysWhatItChose() {
        assertThat(gpu.session().choices())
                .filteredOn(choice -> choice.name().equals("attention"))
                .singleElement()
                .satisfies(choice -> assertThat(choice.value()).isEqualTo("fp8"))
                .satisfies(choice -> assertThat(choice.why())
                        .matches("asked for, in inner blocks; the rest takes (own|cudnn|flash)"));
    }

    @Test
    void exactNumbersAndEightBitsTogetherAreRefused() {
        EngineConfig both = EngineConfig.builder()
                .precision(Precision.FP32)
                .attention(AttentionBackend.FP8)
                .build();
        assertThatThrownBy(() -> Gpu.open(both))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("attention=fp8")
                .hasMessageContaining("precision is fp32");
    }

    @Test
    void theReferenceKernelsComputeTheFormula() {
        EngineConfig plain = EngineConfig.builder()
                .attention(AttentionBackend.FP8)
                .kernels(KernelSet.REFERENCE)
                .build();
        try (Gpu reference = Gpu.open(plain)) {
            reference.run(kernels -> {
                Tensor q = Gpu.random(1, DType.BF16, 1, 300, 2, 128);
                assertIdentical(inner(kernels, q, q, q), Attention8.attention(q, q, q, scale(q)));
            });
            assertThat(reference.session().warnings()).isEmpty();
        }
    }
}
