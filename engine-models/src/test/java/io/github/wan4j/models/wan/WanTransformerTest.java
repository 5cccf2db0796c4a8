package io.github.wan4j.models.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.kernels.SimulatedAttention8;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.RecordingKernels;
import io.github.wan4j.core.testkit.TensorAssert;
import io.github.wan4j.core.testkit.TestResources;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.models.OnGpu;
import io.github.wan4j.models.wan.LoadedTransformer.Net;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoTensorLeaks.class)
class WanTransformerTest {
    private static void neverStop() {}

    /** What the reference implementation computed, and with which network. */
    enum Golden {
        HIGH("high", Net.T2V_HIGH),
        LOW("low", Net.T2V_LOW),
        ODD("odd", Net.T2V_HIGH),
        SINGLE("single", Net.T2V_LOW),
        TI2V("ti2v", Net.TI2V),
        I2V("", Net.I2V);

        private final String name;
        private final Net net;

        Golden(String name, Net net) {
            this.name = name;
            this.net = net;
        }

        Path file(Path folder) {
            return TestResources.copy("/golden/" + (this == I2V ? "i2v_dit" : "dit") + ".safetensors", folder);
        }

        String tensor(String part) {
            return this == I2V ? part : name + "." + part;
        }
    }

    private final Path folder;

    WanTransformerTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @ParameterizedTest
    @EnumSource
    void meetsTheReferenceWithReferenceKernels(Golden golden) {
        meetsTheReference(golden, Precision.FP32, new ReferenceKernels(), 1e-5);
    }

    @ParameterizedTest
    @EnumSource
    void meetsTheReferenceWithCpuKernels(Golden golden) {
        meetsTheReference(golden, Precision.FP32, new CpuKernels(), 1e-5);
    }

    /** Two runs are equal, and as far from f32 as products of eight bits put them: no nearer, so they do round. */
    @ParameterizedTest
    @EnumSource
    void roundsToBf16WhereTheReferenceDoes(Golden golden) {
        Session session = new Session(golden, Precision.BF16, new CpuKernels());
        try (session;
                Scope scope = Scope.open("test")) {
            Tensor velocity = session.run();
            assertThat(TensorAssert.relativeError(velocity, session.get("out"))).isBetween(5e-4, 1e-2);
            TensorAssert.assertIdentical(velocity.to(DType.BF16).to(DType.F32), velocity);
            TensorAssert.assertIdentical(session.run(), velocity);
        }
    }

    /** Most networks here have six blocks, of which four compute in fp8; that of I2V has two, which are the first and the last. */
    @ParameterizedTest
    @EnumSource
    void innerBlocksInFp8AreAsFarFromF32AsEightBitsPutThem(Golden golden) {
        try (Session fp8 = new Session(golden, Precision.FP8, new ReferenceKernels());
                Session bf16 = new Session(golden, Precision.BF16, new ReferenceKernels());
                Scope scope = Scope.open("test")) {
            double plain = TensorAssert.relativeError(bf16.run(), bf16.get("out"));
            double error = TensorAssert.relativeError(fp8.run(), fp8.get("out"));
            if (golden == Golden.I2V) {
                assertThat(error).isEqualTo(plain);
            } else {
                assertThat(error).isBetween(2 * plain, 0.1);
            }
        }
    }

    @GpuTest
    @ParameterizedTest
    @EnumSource
    void roundsOnAGpuNoWorseThanPlainOperators(Golden golden) {
        roundsOnAGpu(golden, Precision.BF16);
    }

    @GpuTest
    @ParameterizedTest
    @EnumSource
    void fp8OnAGpuIsNoWorseThanInPlainOperators(Golden golden) {
        roundsOnAGpu(golden, Precision.FP8);
    }

    private void roundsOnAGpu(Golden golden, Precision precision) {
        OnGpu.run((kernels, device) -> {
            Tensor plain = onGpu(golden, precision, new ReferenceKernels(), device);
            Tensor own = onGpu(golden, precision, kernels, device);
            TensorAssert.assertIdentical(onGpu(golden, precision, kernels, device), own);
            try (Session session = new Session(golden, precision, kernels, device)) {
                TensorAssert.assertNoWorseThan(own, plain, session.get("out"), 2);
            }
        });
    }

    private Tensor onGpu(Golden golden, Precision precision, Kernels kernels, Device device) {
        try (Session session = new Session(golden, precision, kernels, device)) {
            return session.run();
        }
    }

    /** What a device does that likes its tokens in multiples of 16: the copies must leave no trace. */
    @ParameterizedTest
    @EnumSource
    void meetsTheReferenceWithTokensFilledUp(Golden golden) {
        meetsTheReference(golden, Precision.FP32, new FillingUp(), 1e-5);
    }

    private static final class FillingUp extends ReferenceKernels {
        @Override
        public long tokens(long count) {
            return (count + 16) / 16 * 16;
        }
    }

    private void meetsTheReference(Golden golden, Precision precision, Kernels kernels, double tolerance) {
        Session session = new Session(golden, precision, kernels);
        try (session;
                Scope scope = Scope.open("test")) {
            TensorAssert.assertClose(session.run(), session.get("out"), tolerance);
        }
    }

    @Test
    void computesTwoPromptsAtOnceAsOneByOne() {
        Session session = new Session(Golden.ODD, Precision.FP32, new CpuKernels());
        try (session;
                Scope scope = Scope.open("test")) {
            WanTransformer dit = session.transformer();
            Tensor x = session.get("x");
            Tensor first = session.get("context");
            Tensor second = session.get("context_null");
            TimeRows time = dit.time(session.timesteps());
            try (Rope3d rope = session.rope();
                    PromptKeys both = dit.promptKeys(first, second);
                    PromptKeys one = dit.promptKeys(first);
                    PromptKeys other = dit.promptKeys(second)) {
                Tensor single = dit.embed(x, null);
                Stem stem = dit.stem(Tensors.cat(0, single, single), time, rope, WanTransformerTest::neverStop);
                Tensor tokens = dit.blocks(stem, time, rope, both, WanTransformerTest::neverStop);
                TensorAssert.assertClose(
                        dit.head(tokens.narrow(0, 0, 1), time, rope),
                        dit.forward(x, null, time, rope, one, WanTransformerTest::neverStop),
                        3e-6);
                TensorAssert.assertClose(
                        dit.head(tokens.narrow(0, 1, 1), time, rope),
                        dit.forward(x, null, time, rope, other, WanTransformerTest::neverStop),
                        3e-6);
            }
        }
    }

    /** A prompt that comes with its empty rows leaves nothing out: what is left out of a shorter one must not show. */
    @ParameterizedTest
    @CsvSource({
        "1, 16, 497",
        "15, 16, 497",
        "16, 32, 481",
        "17, 32, 481",
        "126, 128, 385",
        "495, 496, 17",
        "511, 512, 1"
    })
    void theLastRowCountsForAllThatAreLeftOut(long tokens, long rows, long times) {
        Session session = new Session(Golden.ODD, Precision.FP32, new CpuKernels());
        try (session;
                Rng rng = new Rng(tokens);
                Scope scope = Scope.open("test")) {
            WanTransformer dit = session.transformer();
            Tensor prompt = rng.normal(tokens, dit.config().textDim());
            TimeRows time = dit.time(session.timesteps());
            try (Rope3d rope = session.rope();
                    PromptKeys few = dit.promptKeys(prompt);
                    PromptKeys all = dit.promptKeys(prompt.pad(0, 0, 0, 512 - tokens))) {
                assertThat(few.layer(0).k().size(1)).isEqualTo(rows);
                assertThat(few.layer(0).times()).isEqualTo(times);
                assertThat(all.layer(0).k().size(1)).isEqualTo(512);
                assertThat(all.layer(0).times()).isEqualTo(1);
                TensorAssert.assertClose(
                        dit.forward(session.get("x"), null, time, rope, few, WanTransformerTest::neverStop),
                        dit.forward(session.get("x"), null, time, rope, all, WanTransformerTest::neverStop),
                        3e-6);
            }
        }
    }

    @Test
    void stopsBetweenBlocksAndLeavesNothing() {
        Session session = new Session(Golden.SINGLE, Precision.FP32, new CpuKernels());
        try (session;
                Scope scope = Scope.open("test")) {
            AtomicInteger blocks = new AtomicInteger();
            Tensor velocity = session.run(blocks::incrementAndGet);
            assertThat(blocks).hasValue(1 + session.transformer().config().layers());
            blocks.set(0);
            assertThatThrownBy(() -> session.run(() -> {
                        if (blocks.incrementAndGet() == 3) {
                            throw new CancellationException("enough");
                        }
                    }))
                    .hasMessage("enough");
            TensorAssert.assertIdentical(session.run(), velocity);
        }
    }

    /** Every product, norm and rotation goes through the kernels: what a device fuses, the model cannot bypass. */
    @Test
    void leavesEveryFormulaToTheKernels() {
        RecordingKernels recording = new RecordingKernels(new ReferenceKernels());
        Session session = new Session(Golden.I2V, Precision.FP32, recording.kernels());
        try (session;
                Scope scope = Scope.open("test")) {
            WanTransformer dit = session.transformer();
            try (PromptKeys keys = session.keys();
                    Rope3d rope = session.rope()) {
                assertThat(recording.counts()).isEqualTo(Map.of("linear", 3, "linearGelu", 1, "rmsNorm", 2));
                recording.clear();

                TimeRows time = dit.time(session.timesteps());
                assertThat(recording.calls()).containsExactly("linear", "silu", "linear", "silu", "linear");
                recording.clear();

                Tensor tokens = dit.embed(session.get("x"), session.get("y"));
                assertThat(recording.calls()).containsExactly("patchify", "linear");
                recording.clear();

                List<String> toItself = List.of("linear", "rmsRope", "linear", "rmsRope", "attention", "linear");
                List<String> toThePrompt =
                        List.of("linear", "crossAttention", "linear", "gatedAddNorm", "linearGelu", "linear");
                Stem stem = dit.stem(tokens, time, rope, WanTransformerTest::neverStop);
                List<String> calls = new ArrayList<>(List.of("norm"));
                calls.addAll(toItself);
                calls.add("gatedAdd");
                assertThat(recording.calls()).isEqualTo(calls);
                recording.clear();

                tokens = dit.blocks(stem, time, rope, keys, WanTransformerTest::neverStop);
                calls = new ArrayList<>(List.of("norm"));
                calls.addAll(toThePrompt);
                calls.add("gatedAddNorm"); // the first block's last sum with the second one's first norm
                calls.addAll(toItself);
                calls.add("gatedAddNorm");
                calls.addAll(toThePrompt);
                calls.add("gatedAdd");
                assertThat(recording.calls()).isEqualTo(calls);
                recording.clear();

                TensorAssert.assertClose(dit.head(tokens, time, rope), session.get("out"), 1e-5);
                assertThat(recording.calls()).containsExactly("norm", "linear", "unpatchify");
            }
        }
    }

    /** What attention=fp8 is to cost of the velocity: a part that shows, and a small one. */
    @Test
    void onlyTheInnerBlocksMayAttendLessExactly() {
        RecordingKernels recording = new RecordingKernels(new SimulatedAttention8());
        Session session = new Session(Golden.SINGLE, Precision.FP32, recording.kernels());
        try (session;
                Scope scope = Scope.open("test")) {
            Tensor velocity = session.run();
            int layers = session.transformer().config().layers();
            assertThat(recording.counts())
                    .containsEntry("innerAttention", layers - 2)
                    .containsEntry("attention", 2)
                    .containsEntry("crossAttention", layers);
            double error = TensorAssert.relativeError(velocity, session.get("out"));
            assertThat(error).isBetween(1e-4, 0.05);
        }
    }

    @Test
    void refusesLatentsAndPromptsOfAnotherShape() {
        Session session = new Session(Golden.SINGLE, Precision.FP32, new CpuKernels());
        try (session;
                Scope scope = Scope.open("test")) {
            WanTransformer dit = session.transformer();
            Tensor odd = Tensors.zeros(DType.F32, dit.device(), 16, 1, 7, 8);
            assertThatThrownBy(() -> dit.embed(odd, null))
                    .hasMessage("latent is f32[16, 1, 7, 8], expected [16, T, h, w] with even h and w");
            Tensor channels = Tensors.zeros(DType.F32, dit.device(), 4, 1, 8, 8);
            assertThatThrownBy(() -> dit.embed(channels, null)).hasMessageContaining("f32[4, 1, 8, 8]");
            Tensor tooLong = Tensors.zeros(DType.F32, dit.device(), 513, 128);
            assertThatThrownBy(() -> dit.promptKeys(tooLong))
                    .hasMessage("prompt is f32[513, 128], expected [at most 512, 128]");
        }
    }

    /** A network and the inputs of one golden. */
    private final class Session implements AutoCloseable {
        private final LoadedTransformer loaded;
        private final Checkpoint values;
        private final Golden golden;
        private final Device device;

        Session(Golden golden, Precision precision, Kernels kernels) {
            this(golden, precision, kernels, Device.CPU);
        }

        Session(Golden golden, Precision precision, Kernels kernels, Device device) {
            this.golden = golden;
            this.device = device;
            loaded = new LoadedTransformer(golden.net, precision, kernels, folder, device);
            values = Checkpoint.open(golden.file(folder));
        }

        WanTransformer transformer() {
            return loaded.transformer();
        }

        Tensor get(String part) {
            String name = part.startsWith("context") ? part : golden.tensor(part);
            Tensor value = values.tensor(values.entry(name));
            return value.to(device, value.dtype());
        }

        private @Nullable Tensor condition() {
            return golden == Golden.I2V ? get("y") : null;
        }

        /** One value, or one for each token: zeros before a single other value. */
        Timesteps timesteps() {
            float[] t = get("t").toFloats();
            int known = 0;
            while (t[known] == 0) {
                known++;
            }
            return new Timesteps(t[known], known);
        }

        Rope3d rope() {
            long[] shape = get("x").shape();
            return transformer().rope(shape[1], shape[2], shape[3]);
        }

        PromptKeys keys() {
            return transformer().promptKeys(get("context"));
        }

        Tensor run() {
            return run(WanTransformerTest::neverStop);
        }

        Tensor run(Runnable check) {
            try (Scope scope = Scope.open("run");
                    Rope3d rope = rope();
                    PromptKeys keys = keys()) {
                TimeRows time = transformer().time(timesteps());
                return scope.keep(transformer().forward(get("x"), condition(), time, rope, keys, check));
            }
        }

        @Override
        public void close() {
            values.close();
            loaded.close();
        }
    }
}
