package io.github.wan4j.core.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TensorAssert;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every fast path of the transformer against its control. */
@ExtendWith(NoTensorLeaks.class)
class CpuKernelsTest {
    private static final Kernels CONTROL = new ReferenceKernels();
    private static final Kernels FAST = new CpuKernels();

    private static void compare(double tolerance, Function<Rng, Function<Kernels, Tensor>> operation) {
        try (Rng rng = new Rng(3);
                Scope scope = Scope.open("test")) {
            Function<Kernels, Tensor> prepared = operation.apply(rng);
            Tensor control = prepared.apply(CONTROL);
            Tensor fast = prepared.apply(FAST);
            assertThat(fast.dtype()).isEqualTo(control.dtype());
            assertThat(fast.isContiguous()).isTrue();
            TensorAssert.assertClose(fast, control, tolerance);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 8", "15, 64, 8", "16, 64, 64", "17, 3, 5", "576, 256, 640"})
    void multipliesAsTheControl(long rows, long in, long out) {
        for (BiFunction<Kernels, Tensor[], Tensor> product : List.<BiFunction<Kernels, Tensor[], Tensor>>of(
                (kernels, t) -> kernels.linear(t[0], t[1], t[2]),
                (kernels, t) -> kernels.linear(t[0], t[1], null),
                (kernels, t) -> kernels.linearGelu(t[0], t[1], t[2]))) {
            compare(2e-6, rng -> {
                Tensor[] operands = {rng.normal(2, rows, in), rng.normal(out, in), rng.normal(out)};
                return kernels -> product.apply(kernels, operands);
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 4", "1, 576, 512, 2, 128", "2, 37, 10, 3, 64", "3, 5, 7, 1, 6", "1, 9, 1, 40, 128"})
    void attendsAsTheControl(long batch, long queries, long keys, long heads, long dim) {
        compare(2e-6, rng -> {
            Tensor q = rng.normal(batch, queries, heads, dim);
            // keys and values as they come from one product: rows apart
            Tensor kv = rng.normal(batch, keys, 2, heads, dim);
            return kernels -> kernels.attention(q, kv.select(2, 0), kv.select(2, 1), 1 / Math.sqrt((double) dim), null);
        });
    }

    /** The control attends to every copy. */
    @ParameterizedTest
    @CsvSource({"1, 576, 16, 2, 128, 497", "2, 37, 13, 3, 64, 500", "1, 5, 1, 2, 8, 512", "1, 9, 512, 2, 64, 1"})
    void attendsToAKeyThatCountsManyTimesAsTheControl(
            long batch, long queries, long keys, long heads, long dim, long times) {
        compare(2e-6, rng -> {
            Tensor q = rng.normal(batch, queries, heads * dim);
            Tensor weight = rng.normal(heads * dim);
            Keys prompt = new Keys(rng.normal(batch, keys, heads, dim), rng.normal(batch, keys, heads, dim), times);
            return kernels -> kernels.crossAttention(q, weight, 1e-6, prompt, 1 / Math.sqrt((double) dim));
        });
    }

    /** 600 × 30,000 scores are more than one part may hold. */
    @Test
    void attendsInPartsAsTheControl() {
        compare(5e-6, rng -> {
            Tensor q = rng.normal(1, 600, 1, 8);
            Tensor k = rng.normal(1, 30_000, 1, 8);
            Tensor v = rng.normal(1, 30_000, 1, 8);
            return kernels -> kernels.attention(q, k, v, 1, null);
        });
    }

    @Test
    void attendsWithABiasAsTheControl() {
        compare(2e-6, rng -> {
            Tensor q = rng.normal(1, 9, 2, 64);
            Tensor bias = rng.normal(2, 17);
            return kernels -> kernels.attention(q, q, q, 1, bias);
        });
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "2, 5", "2, 20"})
    void normalisesAndAddsAsTheControl(long rows, long split) {
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
            for (boolean normed : new boolean[] {true, false}) {
                compare(2e-6, rng -> {
                    Tensor x = rng.normal(2, 20, 48).to(dtype);
                    Tensor y = rng.normal(2, 20, 48).to(dtype);
                    Rows scale = new Rows(rng.normal(rows, 48), split);
                    Rows shift = new Rows(rng.normal(rows, 48), split);
                    Norm norm = new Norm.Modulated(scale, shift, 1e-6);
                    return kernels -> {
                        Kernels.Added added = kernels.gatedAddNorm(x, y, scale, norm, dtype);
                        return normed ? added.normed().values() : added.x();
                    };
                });
                compare(2e-6, rng -> {
                    Tensor x = rng.normal(2, 20, 48).to(dtype);
                    Tensor y = rng.normal(2, 20, 48).to(dtype);
                    Norm norm = new Norm.Affine(rng.normal(48), rng.normal(48), 1e-6);
                    return kernels -> {
                        Kernels.Added added = kernels.gatedAddNorm(x, y, null, norm, dtype);
                        return normed ? added.normed().values() : added.x();
                    };
                });
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void rotatesAsTheControl(DType dtype) {
        compare(1e-6, rng -> {
            Tensor x = rng.normal(2, 21, 3 * 48).to(dtype).narrow(2, 48, 48);
            Tensor angles = rng.normal(21, 12).to(DType.F64).mul(10);
            Tensor weight = rng.normal(48);
            Rotation rotation = new Rotation(angles.cos(), angles.sin());
            return kernels -> kernels.rmsRope(x, weight, 1e-6, rotation, 2);
        });
    }
}
