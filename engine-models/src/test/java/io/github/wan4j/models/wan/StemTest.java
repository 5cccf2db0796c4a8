package io.github.wan4j.models.wan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TensorAssert;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.SafetensorsWriter;
import io.github.wan4j.core.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One stem for two prompts comes to what each of them comes to by itself, bit for bit. */
@ExtendWith(NoTensorLeaks.class)
class StemTest {
    private static void neverStop() {}

    @TempDir
    private Path folder = Path.of("");

    /** A small network of random form and weights, a grid, a timestep for all tokens or one for some of them. */
    private record Case(WanConfig config, long frames, long height, long width, Timesteps steps, int conditions) {
        static Case of(Random random) {
            int heads = 1 + random.nextInt(3);
            int conditions = random.nextBoolean() ? 0 : 4;
            WanConfig config = new WanConfig(
                    heads * 16, 8 + random.nextInt(40), heads, 1 + random.nextInt(3), 4 + conditions, 4, 8, 6, 8, 1e-6);
            long height = 2L * (1 + random.nextInt(3));
            long width = 2L * (1 + random.nextInt(3));
            Timesteps steps = new Timesteps(1 + random.nextInt(999), random.nextBoolean() ? 0 : height * width / 4);
            return new Case(config, 1 + random.nextInt(3), height, width, steps, conditions);
        }
    }

    private static Path write(WanConfig config, Path file, Rng rng) {
        long dim = config.dim();
        SafetensorsWriter writer = new SafetensorsWriter();
        Consumer<Object[]> affine = named -> {
            long out = (long) named[1];
            writer.add(named[0] + ".weight", rng.normal(out, (long) named[2]).mul(0.2));
            writer.add(named[0] + ".bias", rng.normal(out).mul(0.2));
        };
        writer.add("patch_embedding.weight", rng.normal(dim, config.inChannels(), 1, 2, 2));
        writer.add("patch_embedding.bias", rng.normal(dim));
        affine.accept(new Object[] {"text_embedding.0", dim, (long) config.textDim()});
        affine.accept(new Object[] {"text_embedding.2", dim, dim});
        affine.accept(new Object[] {"time_embedding.0", dim, (long) config.freqDim()});
        affine.accept(new Object[] {"time_embedding.2", dim, dim});
        affine.accept(new Object[] {"time_projection.1", 6 * dim, dim});
        for (int i = 0; i < config.layers(); i++) {
            String block = "blocks." + i + ".";
            for (String attention : List.of("self_attn.", "cross_attn.")) {
                for (String part : List.of("q", "k", "v", "o")) {
                    affine.accept(new Object[] {block + attention + part, dim, dim});
                }
                writer.add(block + attention + "norm_q.weight", rng.normal(dim));
                writer.add(block + attention + "norm_k.weight", rng.normal(dim));
            }
            writer.add(block + "modulation", rng.normal(1, 6, dim));
            writer.add(block + "norm3.weight", rng.normal(dim));
            writer.add(block + "norm3.bias", rng.normal(dim));
            affine.accept(new Object[] {block + "ffn.0", (long) config.ffnDim(), dim});
            affine.accept(new Object[] {block + "ffn.2", dim, (long) config.ffnDim()});
        }
        affine.accept(new Object[] {"head.head", config.outChannels() * 4L, dim});
        writer.add("head.modulation", rng.normal(1, 2, dim));
        writer.write(file);
        return file;
    }

    private interface Check {
        void check(WanTransformer dit, Case of, Inputs inputs);
    }

    private record Inputs(Tensor latent, @Nullable Tensor condition, Tensor prompt, Tensor negative) {}

    private void forCases(Kernels kernels, Precision precision, long seed, Check check) {
        Random random = new Random(seed);
        try (Rng rng = new Rng(seed);
                Scope scope = Scope.open("test")) {
            Case of = Case.of(random);
            Path file = write(of.config(), folder.resolve("random.safetensors"), rng);
            try (Checkpoint checkpoint = Checkpoint.open(file);
                    ResidentStore store = new ResidentStore(Device.CPU, kernels)) {
                Weights weights = Weights.of(checkpoint, store);
                WanTransformer dit = new WanTransformer(of.config(), precision, kernels, weights);
                weights.requireAllTaken();
                Tensor latent = rng.normal(4, of.frames(), of.height(), of.width());
                Tensor condition =
                        of.conditions() == 0 ? null : rng.normal(of.conditions(), of.frames(), of.height(), of.width());
                check.check(
                        dit,
                        of,
                        new Inputs(
                                latent,
                                condition,
                                rng.normal(3, of.config().textDim()),
                                rng.normal(5, of.config().textDim())));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void servesOnePromptAfterTheOther(long seed) {
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            for (Kernels kernels : List.of(new ReferenceKernels(), new CpuKernels(), new FilledUp())) {
                forCases(kernels, precision, seed, StemTest::oneAfterTheOther);
            }
        }
    }

    private static void oneAfterTheOther(WanTransformer dit, Case of, Inputs in) {
        TimeRows time = dit.time(of.steps());
        try (Rope3d rope = dit.rope(of.frames(), of.height(), of.width());
                PromptKeys first = dit.promptKeys(in.prompt());
                PromptKeys second = dit.promptKeys(in.negative())) {
            Tensor cond = dit.forward(in.latent(), in.condition(), time, rope, first, StemTest::neverStop);
            Tensor uncond = dit.forward(in.latent(), in.condition(), time, rope, second, StemTest::neverStop);
            Stem stem = dit.stem(dit.embed(in.latent(), in.condition()), time, rope, StemTest::neverStop);
            assertThat(stem.x().dtype()).isEqualTo(DType.F32);
            Tensor one = dit.blocks(stem.again(), time, rope, first, StemTest::neverStop);
            Tensor two = dit.blocks(stem, time, rope, second, StemTest::neverStop);
            TensorAssert.assertIdentical(dit.head(one, time, rope), cond);
            TensorAssert.assertIdentical(dit.head(two, time, rope), uncond);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void servesTwoPromptsSideBySide(long seed) {
        forCases(new ReferenceKernels(), Precision.FP32, seed, (dit, of, in) -> {
            TimeRows time = dit.time(of.steps());
            try (Rope3d rope = dit.rope(of.frames(), of.height(), of.width());
                    PromptKeys both = dit.promptKeys(in.prompt(), in.negative())) {
                Tensor tokens = dit.embed(in.latent(), in.condition());
                Stem two = dit.stem(Tensors.cat(0, tokens, tokens), time, rope, StemTest::neverStop);
                Stem one = dit.stem(tokens, time, rope, StemTest::neverStop);
                TensorAssert.assertClose(
                        dit.blocks(one, time, rope, both, StemTest::neverStop),
                        dit.blocks(two, time, rope, both, StemTest::neverStop),
                        1e-6);
            }
        });
    }

    /** A device that likes its tokens in multiples of 16. */
    private static final class FilledUp extends ReferenceKernels {
        @Override
        public long tokens(long count) {
            return (count + 16) / 16 * 16;
        }
    }
}
