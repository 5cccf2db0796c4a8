package io.github.wan4j.models.umt5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.GpuTest;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.RecordingKernels;
import io.github.wan4j.core.testkit.TensorAssert;
import io.github.wan4j.core.testkit.TestResources;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.HeaderOnly;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.OnGpu;
import io.github.wan4j.models.TensorList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoTensorLeaks.class)
class Umt5EncoderTest {
    private static void neverStop() {}

    private final Path weightsFile;
    private final Path goldenFile;

    Umt5EncoderTest(@TempDir Path folder) {
        weightsFile = TestResources.copy("/wan4j/models/mini-t2v/models_t5_umt5-xxl-enc-bf16.pth", folder);
        goldenFile = TestResources.copy("/golden/t5.safetensors", folder);
    }

    private interface Body {
        void accept(Umt5Encoder encoder, Checkpoint golden);
    }

    private void with(Precision precision, Kernels kernels, Body body) {
        with(precision, kernels, Device.CPU, body);
    }

    private void with(Precision precision, Kernels kernels, Device device, Body body) {
        try (Checkpoint checkpoint = Checkpoint.open(weightsFile);
                Checkpoint golden = Checkpoint.open(goldenFile);
                ResidentStore store = new ResidentStore(device, kernels);
                Scope scope = Scope.open("test")) {
            Weights weights = Weights.of(checkpoint, store);
            Umt5Encoder encoder = new Umt5Encoder(Umt5Config.of(weights), precision, kernels, weights);
            weights.requireAllTaken();
            body.accept(encoder, golden);
        }
    }

    private static Tensor get(Checkpoint golden, String name) {
        return golden.tensor(golden.entry(name));
    }

    @GpuTest
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void roundsOnAGpuNoWorseThanPlainOperators(int text) {
        OnGpu.run((kernels, device) -> {
            float[] plain = onGpu(text, new ReferenceKernels(), device);
            float[] own = onGpu(text, kernels, device);
            with(Precision.BF16, kernels, device, (encoder, golden) -> {
                Tensor exact = get(golden, text + ".out");
                TensorAssert.assertNoWorseThan(
                        Tensors.of(own, exact.shape()), Tensors.of(plain, exact.shape()), exact, 2);
            });
        });
    }

    private float[] onGpu(int text, Kernels kernels, Device device) {
        List<float[]> encoded = new ArrayList<>();
        with(
                Precision.BF16,
                kernels,
                device,
                (encoder, golden) ->
                        encoded.add(encoder.forward(get(golden, text + ".ids").toLongs(), Umt5EncoderTest::neverStop)
                                .toFloats()));
        return encoded.get(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void meetsTheReference(int text) {
        for (Kernels kernels : List.of(new ReferenceKernels(), new CpuKernels())) {
            with(Precision.FP32, kernels, (encoder, golden) -> {
                Tensor encoded = encoder.forward(get(golden, text + ".ids").toLongs(), Umt5EncoderTest::neverStop);
                TensorAssert.assertClose(encoded, get(golden, text + ".out"), 1e-5);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4})
    void roundsToBf16StepByStep(int text) {
        with(Precision.BF16, new CpuKernels(), (encoder, golden) -> {
            long[] ids = get(golden, text + ".ids").toLongs();
            Tensor encoded = encoder.forward(ids, Umt5EncoderTest::neverStop);
            assertThat(encoded.dtype()).isEqualTo(DType.BF16);
            assertThat(TensorAssert.relativeError(encoded, get(golden, text + ".out")))
                    .isBetween(1e-3, 2e-2);
            TensorAssert.assertIdentical(encoder.forward(ids, Umt5EncoderTest::neverStop), encoded);
        });
    }

    @Test
    void leavesEveryFormulaToTheKernels() {
        RecordingKernels recording = new RecordingKernels(new ReferenceKernels());
        with(Precision.FP32, recording.kernels(), (encoder, golden) -> {
            assertThat(encoder.forward(new long[] {5, 1}, Umt5EncoderTest::neverStop)
                            .shape())
                    .containsExactly(2, 128);
            assertThat(recording.counts())
                    .isEqualTo(Map.of("rmsNorm", 3 * 2 + 1, "linear", 3 * 4, "attention", 3, "geluGate", 3));
        });
    }

    @Test
    void refusesIdsOutsideTheVocabulary() {
        with(Precision.FP32, new ReferenceKernels(), (encoder, golden) -> {
            assertThatThrownBy(() -> encoder.forward(new long[] {377}, Umt5EncoderTest::neverStop))
                    .hasMessage("token id 377 is outside the vocabulary of 377");
            assertThatThrownBy(() -> encoder.forward(new long[] {5}, () -> {
                        throw new IllegalStateException("stop");
                    }))
                    .hasMessage("stop");
        });
    }

    @Test
    void bindsTheFullSizeInEveryNaming() {
        TensorList xxl = TensorList.of("umt5-xxl");
        assertThat(xxl.lines()).hasSize(242);
        bind(HeaderOnly.checkpoint(xxl.original(), DType.BF16));
        bind(huggingFace(xxl.other()));
        Map<String, long[]> embedTokens = new LinkedHashMap<>(xxl.other());
        long[] table = embedTokens.remove("shared.weight");
        assertThat(table).containsExactly(256_384, 4096);
        embedTokens.put("encoder.embed_tokens.weight", table);
        bind(huggingFace(embedTokens));
        embedTokens.put("shared.weight", table);
        bind(huggingFace(embedTokens));
    }

    private static Checkpoint huggingFace(Map<String, long[]> shapes) {
        return HeaderOnly.checkpoint(shapes, DType.BF16).renamed(Umt5Names.fromHuggingFace(shapes.keySet()));
    }

    private static void bind(Checkpoint checkpoint) {
        try (checkpoint;
                ResidentStore store = new ResidentStore(Device.META, new ReferenceKernels())) {
            Weights weights = Weights.of(checkpoint, store);
            Umt5Config config = Umt5Config.of(weights);
            assertThat(config).isEqualTo(Umt5Config.xxl());
            Umt5Encoder encoder = new Umt5Encoder(config, Precision.BF16, new ReferenceKernels(), weights);
            weights.requireAllTaken();
            assertThat(encoder.config()).isEqualTo(config);
        }
    }

    @Test
    void renamesEveryTensorToItsOriginal() {
        for (TensorList.Line line : TensorList.of("umt5-xxl").lines()) {
            Checkpoint renamed = huggingFace(Map.of(line.other(), line.shape()));
            assertThat(List.copyOf(renamed.names())).isEqualTo(List.of(line.original()));
        }
    }
}
