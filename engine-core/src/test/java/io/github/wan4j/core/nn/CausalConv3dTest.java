package io.github.wan4j.core.nn;

import static io.github.wan4j.core.testkit.TensorAssert.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoTensorLeaks.class)
class CausalConv3dTest {
    private static final int FRAMES = 7;

    private final Kernels kernels = new CpuKernels();

    private static Tensor random(long seed, long... shape) {
        try (Rng rng = new Rng(seed)) {
            return rng.normal(shape);
        }
    }

    /** The whole sequence, {@code length} frames at a time. */
    private static Tensor inChunks(Tensor x, int length, BiFunction<Tensor, FrameHistory, Tensor> layer) {
        List<Tensor> parts = new ArrayList<>();
        try (FrameHistory past = new FrameHistory()) {
            for (int start = 0; start < FRAMES; start += length) {
                parts.add(layer.apply(x.narrow(2, start, Math.min(length, FRAMES - start)), past));
                past.advance();
            }
        }
        return Tensors.cat(2, parts.toArray(Tensor[]::new));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 7})
    void isAConvolutionBehindZerosWhateverTheChunks(int length) {
        try (Scope scope = Scope.open("test")) {
            Tensor x = random(1, 1, 6, FRAMES, 5, 4);
            Tensor weight = random(2, 3, 6, 3, 3, 3);
            Tensor bias = random(3, 3);
            Tensor whole = Functional.conv3d(
                    x.pad(0, 0, 0, 0, 2, 0), weight, bias, new long[] {1, 1, 1}, new long[] {0, 1, 1});
            CausalConv3d conv = new CausalConv3d(kernels, weight, bias);
            assertClose(inChunks(x, length, conv::forward), whole, 2e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 7})
    void convolvesWhatIsNormedWhateverTheChunks(int length) {
        try (Scope scope = Scope.open("test")) {
            Tensor x = random(1, 1, 6, FRAMES, 5, 4);
            CausalConv3d conv = new CausalConv3d(kernels, random(2, 3, 6, 3, 3, 3), random(3, 3));
            ChannelNorm norm = new ChannelNorm(kernels, random(4, 6, 1, 1, 1));
            Tensor normed = Functional.silu(norm.forward(x));
            assertClose(
                    inChunks(x, length, (chunk, past) -> conv.forward(norm, chunk, past)),
                    inChunks(normed, FRAMES, conv::forward),
                    2e-6);
        }
    }

    @Test
    void remembersNothingIfItLooksBackAtNothing() {
        try (Scope scope = Scope.open("test");
                FrameHistory past = new FrameHistory()) {
            CausalConv3d conv = new CausalConv3d(kernels, random(2, 3, 6, 1, 1, 1), random(3, 3));
            assertThat(conv.forward(random(1, 1, 6, 2, 5, 4), past).shape()).containsExactly(1, 3, 2, 5, 4);
            assertThat(past.of(conv)).isNull();
        }
    }

    @Test
    void historyIsACopyThatOutlivesTheScopeOfTheChunk() {
        try (Scope scope = Scope.open("test");
                FrameHistory past = new FrameHistory()) {
            CausalConv3d conv = new CausalConv3d(kernels, random(2, 3, 6, 3, 1, 1), random(3, 3));
            try (Scope chunk = Scope.open("chunk")) {
                assertThat(conv.forward(random(1, 1, 6, 4, 5, 4), past).size(2)).isEqualTo(4);
            }
            Tensor last = Objects.requireNonNull(past.of(conv));
            assertClose(last, random(1, 1, 6, 4, 5, 4).narrow(2, 2, 2), 0);
        }
    }
}
