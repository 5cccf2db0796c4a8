package io.github.wan4j.cuda;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static io.github.wan4j.core.testkit.TensorAssert.assertIdentical;
import static io.github.wan4j.core.testkit.TensorAssert.assertNoWorseThan;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Kernels.Added;
import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every own kernel against the plain implementation. Where the result is bf16 its error against f32 may be twice that of the
 * plain bf16 path; where it is f32 both are the same to a few units in the last place.
 */
@GpuTest
class CudaKernelsTest {
    private static final Kernels PLAIN = new ReferenceKernels();
    private static final double F32 = 2e-6;
    private static final double EPS = 1e-6;

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
    @CsvSource({"128,1", "256,3", "256,600", "3072,27280", "5120,1", "5120,129", "5120,75600"})
    void normAndModulation(long dim, long tokens) {
        for (DType in : new DType[] {DType.F32, DType.BF16}) {
            gpu.run(kernels -> {
                Tensor x = Gpu.random(1, in, 1, tokens, dim);
                for (Norm norm : norms(dim, tokens)) {
                    Tensor exact = PLAIN.norm(x, norm, DType.F32).values();
                    assertClose(kernels.norm(x, norm, DType.F32).values(), exact, in == DType.F32 ? F32 : 2e-4);
                    assertNoWorseThan(
                            kernels.norm(x, norm, DType.BF16).values(),
                            PLAIN.norm(x, norm, DType.BF16).values(),
                            exact,
                            2);
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"128,1", "256,3", "3072,27280", "5120,129", "5120,75600"})
    void normsBeforeAnFp8ProductAreQuantisedAsTheyWouldBeByThemselves(long dim, long tokens) {
        for (DType in : new DType[] {DType.F32, DType.BF16}) {
            gpu.run(kernels -> {
                Tensor x = Gpu.random(1, in, 1, tokens, dim);
                Tensor y = Gpu.random(2, DType.BF16, 1, tokens, dim);
                Rows gate = rows(3, dim, tokens);
                for (Norm norm : norms(dim, tokens)) {
                    double tolerance = in == DType.F32 ? F32 : 2e-4;
                    assertSame(kernels.norm(x, norm, DType.F8_E4M3), PLAIN.norm(x, norm, DType.F8_E4M3), tolerance);
                    Added own = kernels.gatedAddNorm(x, y, gate, norm, DType.F8_E4M3);
                    Added plain = PLAIN.gatedAddNorm(x, y, gate, norm, DType.F8_E4M3);
                    assertIdentical(own.x(), plain.x());
                    assertSame(own.normed(), plain.normed(), F32);
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"256,1", "640,7", "5120,601", "13824,1000", "14336,33", "1000,5", "48,3"})
    void rowsAreQuantisedAsThePlainOperatorsDo(long dim, long tokens) {
        for (DType in : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            gpu.run(kernels -> {
                Tensor x = Gpu.random(1, in, 1, tokens, dim);
                assertSame(kernels.quantise(x), PLAIN.quantise(x), F32);
                assertSame(kernels.geluQuantise(x), PLAIN.geluQuantise(x), F32);
                Tensor part = Gpu.random(2, in, 1, tokens, 3 * dim).narrow(2, dim, dim);
                assertSame(kernels.quantise(part), PLAIN.quantise(part), F32);
            });
        }
    }

    @Test
    void zerosAndWhatIsNotFiniteStaySoInFp8() {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 3, 5120);
            x.narrow(0, 0, 1).copyFrom(x.narrow(0, 0, 1).mul(0));
            x.select(0, 1)
                    .narrow(0, 77, 1)
                    .copyFrom(x.select(0, 0).narrow(0, 0, 1).div(x.select(0, 0).narrow(0, 0, 1)));
            Tensor back = kernels.quantise(x).dequantised();
            assertThat(back.select(0, 0).norm()).isZero();
            assertThat(back.select(0, 1).isFinite()).isFalse();
            assertThat(back.select(0, 2).isFinite()).isTrue();
        });
    }

    /** Sums in fewer bits than f32 are the product's own error, the larger the longer they are; that of the operands is in both. */
    @ParameterizedTest
    @CsvSource({"1,256,640", "33,640,256", "600,256,512", "32760,5120,5120", "1000,5120,13824", "129,14336,3072"})
    void productsOfRowsByRows(long tokens, long in, long out) {
        gpu.run(kernels -> {
            Operand x = kernels.quantise(Gpu.random(1, DType.BF16, 1, tokens, in));
            Operand weight = kernels.quantise(Gpu.random(2, DType.BF16, out, in));
            Tensor bias = Gpu.random(3, DType.BF16, out);
            assertClose(kernels.scaledLinear(x, weight, bias), PLAIN.scaledLinear(x, weight, bias), 8e-3);
            assertClose(kernels.scaledLinear(x, weight, null), PLAIN.scaledLinear(x, weight, null), 8e-3);
        });
    }

    /** Scales alike; of the values one in a thousand may lie between two of e4m3 and go the other way. */
    private static void assertSame(Operand own, Operand plain, double tolerance) {
        assertThat(own.isQuantised()).isTrue();
        assertClose(own.rowScales(), plain.rowScales(), tolerance);
        assertClose(own.dequantised(), plain.dequantised(), 2e-3);
    }

    @ParameterizedTest
    @CsvSource({"128,1", "256,601", "3072,27280", "5120,75600"})
    void gatedSumsAreExact(long dim, long tokens) {
        for (DType type : new DType[] {DType.F32, DType.BF16}) {
            gpu.run(kernels -> {
                Tensor x = Gpu.random(1, type, 1, tokens, dim);
                Tensor y = Gpu.random(2, DType.BF16, 1, tokens, dim);
                Rows gate = rows(3, dim, tokens);
                assertIdentical(kernels.gatedAdd(x, y, gate), PLAIN.gatedAdd(x, y, gate));
                assertIdentical(kernels.gatedAdd(x, y, null), PLAIN.gatedAdd(x, y, null));
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"128,1", "256,601", "3072,27280", "5120,75600"})
    void gatedSumWithItsNorm(long dim, long tokens) {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, 1, tokens, dim);
            Tensor y = Gpu.random(2, DType.BF16, 1, tokens, dim);
            Rows gate = rows(3, dim, tokens);
            for (Norm norm : norms(dim, tokens)) {
                Added own = kernels.gatedAddNorm(x, y, gate, norm, DType.BF16);
                Added plain = PLAIN.gatedAddNorm(x, y, gate, norm, DType.BF16);
                assertIdentical(own.x(), plain.x());
                assertNoWorseThan(
                        own.normed().values(),
                        plain.normed().values(),
                        PLAIN.norm(plain.x(), norm, DType.F32).values(),
                        2);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"128,64,1", "256,128,577", "3072,128,27280", "5120,128,75600"})
    void rmsNormAndRotationOfAPartOfAProduct(long dim, long head, long tokens) {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 1, tokens, 3 * dim).narrow(2, dim, dim);
            Tensor weight = Gpu.random(2, dim);
            Tensor angles = Gpu.random(4, DType.F64, tokens, head / 2).mul(100);
            Rotation rotation = new Rotation(angles.cos(), angles.sin());
            Rotation f32 =
                    new Rotation(rotation.cos().to(DType.F32), rotation.sin().to(DType.F32));
            int heads = (int) (dim / head);
            Tensor own = kernels.rmsRope(x, weight, EPS, rotation, heads);
            Tensor plain = PLAIN.rmsRope(x, weight, EPS, rotation, heads);
            assertThat(own.shape()).containsExactly(1, tokens, heads, head);
            Tensor exact = PLAIN.rmsRope(x.to(DType.F32), weight, EPS, rotation, heads);
            assertNoWorseThan(own, plain, exact, 2);
            assertIdentical(kernels.rmsRope(x, weight, EPS, f32, heads), own);
        });
    }

    @ParameterizedTest
    @CsvSource({"128,1", "256,77", "4096,512", "5120,32760"})
    void rmsNormAlone(long dim, long tokens) {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 1, tokens, 2 * dim).narrow(2, dim, dim);
            for (DType type : new DType[] {DType.F32, DType.BF16}) {
                Tensor weight = Gpu.random(2, type, dim);
                Tensor exact = PLAIN.rmsNorm(x.to(DType.F32), weight.to(DType.F32), EPS);
                assertNoWorseThan(kernels.rmsNorm(x, weight, EPS), PLAIN.rmsNorm(x, weight, EPS), exact, 2);
                assertClose(kernels.rmsNorm(x.to(DType.F32), weight.to(DType.F32), EPS), exact, F32);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"1,256,640", "577,256,640", "512,4096,10240", "32760,5120,13824"})
    void productWithGelu(long tokens, long in, long out) {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 1, tokens, in);
            Tensor weight =
                    Gpu.random(2, out, in).mul(1 / Math.sqrt((double) in)).to(DType.BF16);
            Tensor bias = Gpu.random(3, DType.BF16, out);
            Tensor exact = PLAIN.linearGelu(x.to(DType.F32), weight.to(DType.F32), bias.to(DType.F32));
            assertNoWorseThan(kernels.linearGelu(x, weight, bias), PLAIN.linearGelu(x, weight, bias), exact, 2);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1,128",
        "2,577,577,128",
        "40,2048,512,128",
        "24,3410,3410,128",
        "2,8231,8231,128",
        "3,300,8193,128",
        "1,33000,8200,64",
        "1,1040,1040,384",
        "1,77,77,64"
    })
    void attention(long heads, long queries, long keys, long width) {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, 1, queries, heads, width);
            Tensor k = Gpu.random(2, DType.BF16, 1, keys, heads, width);
            Tensor v = Gpu.random(3, DType.BF16, 1, keys, heads, width);
            double scale = 1 / Math.sqrt((double) width);
            Tensor exact = kernels.attention(q.to(DType.F64), k.to(DType.F64), v.to(DType.F64), scale, null);
            Tensor own = kernels.attention(q, k, v, scale, null);
            assertThat(own.shape()).containsExactly(1, queries, heads, width);
            assertThat(own.isContiguous()).isTrue();
            assertNoWorseThan(own, PLAIN.attention(q, k, v, scale, null), exact, 2);
        });
    }

    /** Prompts of all lengths: few keys, the last of which counts for the rest of 512. */
    @ParameterizedTest
    @CsvSource({
        "1,1,1,1",
        "1,33,2,17",
        "2,577,2,16",
        "1,300,40,64",
        "2,45,3,65",
        "1,3410,24,128",
        "1,75600,2,128",
        "1,1040,5,192",
        "1,129,3,304",
        "1,129,3,305",
        "1,300,3,369",
        "1,300,3,512"
    })
    void attentionToAPrompt(long batch, long queries, long heads, long keys) {
        gpu.run(kernels -> {
            for (double spread : new double[] {1, 20}) { // of the scores: an even mixture, and one key that takes all
                Tensor q = Gpu.random(1, DType.BF16, batch, queries, heads * 128);
                Tensor weight = Gpu.random(4, heads * 128).mul(spread);
                Tensor k = Gpu.random(2, DType.BF16, batch, keys, heads, 128);
                Tensor v = Gpu.random(3, DType.BF16, batch, keys, heads, 128);
                double scale = 1 / Math.sqrt(128.0);
                Keys prompt = new Keys(k, v, 513 - keys);
                Keys f64 = new Keys(k.to(DType.F64), v.to(DType.F64), 513 - keys);
                Tensor exact = PLAIN.crossAttention(q.to(DType.F64), weight.to(DType.F64), EPS, f64, scale);
                Tensor own = kernels.crossAttention(q, weight, EPS, prompt, scale);
                assertThat(own.shape()).containsExactly(batch, queries, heads, 128);
                assertThat(own.isContiguous()).isTrue();
                assertNoWorseThan(own, PLAIN.crossAttention(q, weight, EPS, prompt, scale), exact, 2);
                assertIdentical(kernels.crossAttention(q, weight, EPS, prompt, scale), own);
            }
        });
    }

    /** Filled up with copies of the last key, which must not count: also where it is all that counts, or nothing does. */
    @ParameterizedTest
    @CsvSource({"32760,3", "8231,2", "8193,1"})
    void attentionWithoutTheCopiesOfTheLastKey(long tokens, long heads) {
        EngineConfig cudnn =
                EngineConfig.builder().attention(AttentionBackend.CUDNN).build();
        try (Gpu filling = Gpu.open(cudnn)) {
            withoutCopies(filling, tokens, heads);
        }
    }

    private static void withoutCopies(Gpu filling, long tokens, long heads) {
        filling.run(kernels -> {
            long copies = kernels.tokens(tokens) - tokens;
            assertThat((tokens + copies) % 128).isZero();
            Tensor q = Gpu.random(1, DType.BF16, 1, 300, heads, 128);
            Tensor opposite = Gpu.random(4, DType.BF16, 1, 1, heads, 128);
            Tensor[] keys = {
                Gpu.random(2, DType.BF16, 1, tokens, heads, 128),
                last(
                        Gpu.random(2, DType.BF16, 1, tokens, heads, 128),
                        q.narrow(1, 7, 1).mul(3)),
                opposite.mul(-4).expand(1, tokens, heads, 128).add(Gpu.random(2, DType.BF16, 1, tokens, heads, 128)),
            };
            Tensor[] queries = {q, q, opposite.expand(1, 300, heads, 128).contiguous()};
            Tensor v = Gpu.random(3, DType.BF16, 1, tokens, heads, 128);
            for (int i = 0; i < keys.length; i++) {
                Tensor exact =
                        kernels.attention(queries[i].to(DType.F64), keys[i].to(DType.F64), v.to(DType.F64), 0.1, null);
                Tensor own = kernels.attention(queries[i], filled(keys[i], copies), filled(v, copies), 0.1, copies);
                assertNoWorseThan(own, kernels.attention(queries[i], keys[i], v, 0.1, null), exact, 2);
            }
        });
    }

    private static Tensor last(Tensor k, Tensor last) {
        return Tensors.cat(1, k.narrow(1, 0, k.size(1) - 1), last);
    }

    private static Tensor filled(Tensor k, long copies) {
        return Tensors.cat(1, k, k.narrow(1, k.size(1) - 1, 1).expand(k.size(0), copies, k.size(2), k.size(3)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 28, 126, 512})
    void attentionWithABias(long tokens) {
        gpu.run(kernels -> {
            Tensor q = Gpu.random(1, DType.BF16, 1, tokens, 8, 64);
            Tensor k = Gpu.random(2, DType.BF16, 1, tokens, 8, 64);
            Tensor v = Gpu.random(3, DType.BF16, 1, tokens, 8, 64);
            Tensor bias = Gpu.random(4, DType.BF16, 8, 2 * tokens - 1);
            Tensor exact = PLAIN.attention(q.to(DType.F64), k.to(DType.F64), v.to(DType.F64), 1, bias.to(DType.F64));
            assertNoWorseThan(kernels.attention(q, k, v, 1, bias), PLAIN.attention(q, k, v, 1, bias), exact, 2);
        });
    }

    @ParameterizedTest
    @CsvSource({"1,256", "28,10240", "512,10240"})
    void gatedGeluStepByStep(long tokens, long width) {
        gpu.run(kernels -> {
            Tensor both = Gpu.random(1, DType.BF16, 1, tokens, 2 * width).mul(2);
            Tensor gate = both.narrow(2, 0, width);
            Tensor up = both.narrow(2, width, width);
            assertClose(kernels.geluGate(gate, up), PLAIN.geluGate(gate, up), 1e-4);
        });
    }

    @ParameterizedTest
    @CsvSource({"16,1,2,2", "36,3,34,50", "16,21,90,160", "48,31,44,80"})
    void patches(long channels, long frames, long height, long width) {
        gpu.run(kernels -> {
            Tensor latent = Gpu.random(1, channels, frames, height, width);
            for (DType type : new DType[] {DType.F32, DType.BF16}) {
                Tensor tokens = PLAIN.patchify(latent, type);
                assertIdentical(kernels.patchify(latent, type), tokens);
                assertIdentical(
                        kernels.unpatchify(tokens, frames, height, width, DType.BF16),
                        PLAIN.unpatchify(tokens, frames, height, width, DType.BF16));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5, 1023, 16L * 21 * 90 * 160})
    void guidanceAndWeightedSums(long count) {
        gpu.run(kernels -> {
            Tensor[] x = new Tensor[8];
            double[] weights = new double[8];
            for (int i = 0; i < 8; i++) {
                x[i] = Gpu.random(i, count);
                weights[i] = 1.0 / (i + 1) - 0.3 * i;
            }
            assertIdentical(kernels.guidance(x[0], x[1], 3.5), PLAIN.guidance(x[0], x[1], 3.5));
            for (int terms = 1; terms <= 8; terms++) {
                Tensor[] some = Arrays.copyOf(x, terms);
                double[] weight = Arrays.copyOf(weights, terms);
                assertClose(kernels.combine(weight, some), PLAIN.combine(weight, some), F32);
            }
        });
    }

    @Test
    void theSameInputGivesTheSameBits() {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, 1, 1000, 5120);
            Norm norm = norms(5120, 1000)[0];
            Tensor first = kernels.norm(x, norm, DType.F32).values();
            for (int i = 0; i < 20; i++) {
                assertIdentical(kernels.norm(x, norm, DType.F32).values(), first);
            }
        });
    }

    /** One row for all tokens, two rows, and an affine norm. */
    private static Norm[] norms(long dim, long tokens) {
        return new Norm[] {
            new Norm.Modulated(Rows.shared(Gpu.random(5, 1, dim)), Rows.shared(Gpu.random(6, 1, dim)), EPS),
            new Norm.Modulated(rows(7, dim, tokens), rows(8, dim, tokens), EPS),
            new Norm.Affine(Gpu.random(9, dim), Gpu.random(10, dim), EPS)
        };
    }

    /** Two rows of a table of six, as the models slice them. */
    private static Rows rows(int seed, long dim, long tokens) {
        return new Rows(Gpu.random(seed, 2, 6 * dim).narrow(1, 2 * dim, dim), tokens / 3);
    }
}
