package io.github.wan4j.cuda;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static io.github.wan4j.core.testkit.TensorAssert.assertIdentical;
import static io.github.wan4j.core.testkit.TensorAssert.assertNoWorseThan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.spi.Choice;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** wan4j's attention on Hopper: its error against f64 may be twice that of plain operators in bf16. */
@GpuTest
class OwnAttentionTest {
    private static final Kernels PLAIN = new ReferenceKernels();
    private static final double SCALE = 1 / Math.sqrt(128.0);

    @SuppressWarnings("NullAway.Init")
    private static Gpu gpu;

    @BeforeAll
    static void open() {
        EngineConfig own =
                EngineConfig.builder().attention(AttentionBackend.OWN).build();
        gpu = Gpu.open(own);
        assumeTrue(gpu.session().warnings().isEmpty(), "this GPU is no Hopper");
    }

    @AfterAll
    static void close() {
        gpu.close();
    }

    @AfterEach
    void itPassedItsOwnCheck() {
        assertThat(gpu.session().warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1,1",
        "1,3,1,129",
        "2,5,127,128",
        "1,2,193,79",
        "3,1,191,81",
        "1,2,300,80",
        "2,3,577,577",
        "1,40,2048,512",
        "1,24,3410,3410",
        "1,40,390,390"
    })
    void anyNumberOfSequencesHeadsQueriesAndKeys(long sequences, long heads, long queries, long keys) {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, sequences, queries, heads, 128);
            Tensor k = Gpu.random(2, DType.BF16, sequences, keys, heads, 128);
            Tensor v = Gpu.random(3, DType.BF16, sequences, keys, heads, 128);
            Tensor own = own(kernels, q, k, v);
            assertThat(own.isContiguous()).isTrue();
            assertNoWorseThan(own, PLAIN.attention(q, k, v, SCALE, null), exact(q, k, v), 2);
        });
    }

    /** A part of the queries is compared, the whole would be 75,600² scores a head. */
    @ParameterizedTest
    @CsvSource({"40,32760", "24,27280", "40,75600"})
    void theSizesOfTheModels(long heads, long tokens) {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, 1, tokens, heads, 128);
            Tensor k = Gpu.random(2, DType.BF16, 1, tokens, heads, 128);
            Tensor v = Gpu.random(3, DType.BF16, 1, tokens, heads, 128);
            Tensor own = own(kernels, q, k, v);
            assertIdentical(own(kernels, q, k, v), own);
            for (long head : new long[] {0, heads / 2, heads - 1}) {
                for (long from : new long[] {0, tokens / 2, tokens - 70}) {
                    Tensor some = head(q, head).narrow(1, from, 70).contiguous();
                    Tensor keys = head(k, head);
                    Tensor values = head(v, head);
                    assertNoWorseThan(
                            head(own, head).narrow(1, from, 70),
                            PLAIN.attention(some, keys, values, SCALE, null),
                            exact(some, keys, values),
                            2);
                }
            }
        });
    }

    private static Tensor head(Tensor x, long head) {
        return x.narrow(2, head, 1);
    }

    @Test
    void partsOfJointProductsAreReadWhereTheyLie() {
        gpu.run(kernels -> {
            Tensor joint = Gpu.random(1, DType.BF16, 2, 700, 9, 128);
            Tensor q = joint.narrow(2, 0, 3);
            Tensor k = joint.narrow(2, 3, 3);
            Tensor v = joint.narrow(2, 6, 3);
            assertIdentical(own(kernels, q, k, v), own(kernels, q.contiguous(), k.contiguous(), v.contiguous()));
            assertIdentical(
                    own(kernels, q.narrow(1, 100, 33), k, v),
                    own(kernels, q, k, v).narrow(1, 100, 33).contiguous());
        });
    }

    /**
     * The first keys that the kernel looks at are the last ones; what comes later is larger, in the end by more than f32 can
     * hold. Where one key outweighs all others plain operators give its values without any rounding, hence the tolerance.
     */
    @ParameterizedTest
    @ValueSource(doubles = {5, 40, 400})
    void scoresThatRiseFarAboveThoseOfTheFirstKeys(double gain) {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, 1, 450, 2, 128);
            Tensor v = Gpu.random(3, DType.BF16, 1, 900, 2, 128);
            Tensor rising = Gpu.random(2, DType.BF16, 1, 900, 2, 128);
            for (long key : new long[] {0, 79, 400, 899}) {
                Tensor k = Tensors.cat(
                        1, rising.narrow(1, 0, key), q.narrow(1, 17, 1).mul(gain), rising.narrow(1, key, 899 - key));
                assertClose(own(kernels, q, k, v), exact(q, k, v), 3e-3);
            }
        });
    }

    @Test
    void whatIsNotANumberStaysSo() {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, 1, 300, 2, 128);
            Tensor zero = q.narrow(1, 5, 1).mul(0);
            Tensor spoilt = Tensors.cat(1, q.narrow(1, 0, 5), zero.div(zero), q.narrow(1, 6, 294));
            Tensor own = own(kernels, spoilt, q, q);
            assertThat(own.narrow(1, 5, 1).isFinite()).isFalse();
            assertThat(own.narrow(1, 6, 294).isFinite()).isTrue();
        });
    }

    @Test
    void whatItDoesNotTakeGoesToAnother() {
        gpu.run(kernels -> {
            Tensor narrow = Gpu.random(1, DType.BF16, 1, 33, 2, 64);
            assertThat(kernel(kernels).attention(narrow, narrow, narrow, SCALE)).isNull();
            assertThat(kernels.attention(narrow, narrow, narrow, SCALE, null).shape())
                    .isEqualTo(narrow.shape());
        });
    }

    @Test
    void theResultSaysThatItWasUsed() {
        assertThat(gpu.session().choices())
                .extracting(Choice::name, Choice::value, Choice::why)
                .contains(tuple("attention", "own", "asked for"));
        try (Gpu auto = Gpu.open(EngineConfig.builder().build())) {
            assertThat(auto.session().choices())
                    .extracting(Choice::name, Choice::value)
                    .contains(tuple("attention", "own"));
        }
    }

    private static OwnAttention kernel(CudaKernels kernels) {
        return Objects.requireNonNull(kernels.ownAttention());
    }

    private static Tensor own(CudaKernels kernels, Tensor q, Tensor k, Tensor v) {
        return Objects.requireNonNull(kernel(kernels).attention(q, k, v, SCALE));
    }

    private static Tensor exact(Tensor q, Tensor k, Tensor v) {
        return PLAIN.attention(q.to(DType.F64), k.to(DType.F64), v.to(DType.F64), SCALE, null);
    }
}
