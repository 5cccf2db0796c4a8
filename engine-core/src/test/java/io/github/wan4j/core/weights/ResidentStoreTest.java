package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.nn.Projections;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TensorAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoTensorLeaks.class)
class ResidentStoreTest {
    private final Path file;

    ResidentStoreTest(@TempDir Path folder) {
        file = folder.resolve("a.safetensors");
        new SafetensorsWriter()
                .add("q", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
                .add("k", new float[] {-1, -2, -3, -4, -5, -6}, 2, 3)
                .add("q.bias", new float[] {10, 20}, 2)
                .add("k.bias", new float[] {30, 40}, 2)
                .write(file);
    }

    private static ResidentStore cpu() {
        return new ResidentStore(Device.CPU, new ReferenceKernels());
    }

    @Test
    void ownsWhatItLoadsBeyondScopesAndTheCheckpoint() {
        try (ResidentStore store = cpu()) {
            Tensor weight;
            try (Checkpoint checkpoint = Checkpoint.open(file);
                    Scope scope = Scope.open("load")) {
                weight = store.load(checkpoint, checkpoint.entry("q"), DType.BF16);
            }
            assertThat(weight.dtype()).isEqualTo(DType.BF16);
            assertThat(weight.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    void copiesOffTheMappingEvenInTheSameDtype() throws IOException {
        try (ResidentStore store = cpu()) {
            Tensor weight;
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                weight = store.load(checkpoint, checkpoint.entry("q"), DType.F32);
            }
            Files.write(file, new byte[0]); // would kill the process if the weight were a view
            assertThat(weight.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    void makesLinearLayers() {
        try (ResidentStore store = cpu();
                Checkpoint checkpoint = Checkpoint.open(file);
                Scope scope = Scope.open("test")) {
            Linear linear = store.linear(checkpoint, checkpoint.entry("q"), checkpoint.entry("q.bias"), DType.F32);
            Tensor x = Tensors.of(new float[] {1, 0, 1}, 1, 3);
            assertThat(linear.forward(x).toFloats()).containsExactly(14, 30);
            Linear plain = store.linear(checkpoint, checkpoint.entry("q"), null, DType.F32);
            assertThat(plain.forward(x).toFloats()).containsExactly(4, 10);
        }
    }

    @Test
    void joinsProjectionsIntoOneProduct() {
        try (ResidentStore store = cpu();
                Checkpoint checkpoint = Checkpoint.open(file);
                Scope scope = Scope.open("test")) {
            List<TensorEntry> weights = List.of(checkpoint.entry("q"), checkpoint.entry("k"));
            List<TensorEntry> biases = List.of(checkpoint.entry("q.bias"), checkpoint.entry("k.bias"));
            Tensor x = Tensors.of(new float[] {1, 0, 1}, 1, 3);
            Projections joined = store.projections(checkpoint, weights, biases, DType.F32);
            List<Tensor> parts = joined.forward(x);
            assertThat(parts).hasSize(2);
            assertThat(parts.get(0).toFloats()).containsExactly(14, 30);
            assertThat(parts.get(1).toFloats()).containsExactly(26, 30);
            Projections plain = store.projections(checkpoint, weights, List.of(), DType.F32);
            assertThat(plain.forward(x).get(1).toFloats()).containsExactly(-4, -10);
            assertThatThrownBy(() -> store.projections(checkpoint, weights, biases.subList(0, 1), DType.F32))
                    .hasMessage("2 weights with 1 biases");
            List<TensorEntry> mixed = List.of(checkpoint.entry("q"), checkpoint.entry("q.bias"));
            assertThatThrownBy(() -> store.projections(checkpoint, mixed, List.of(), DType.F32))
                    .hasMessage("'q' is f32[2, 3], 'q.bias' is f32[2]; projections have one shape");
        }
    }

    @Test
    void readsNothingOnTheMetaDevice() {
        Map<String, long[]> huge = Map.of("x", new long[] {1L << 20, 1L << 20});
        try (ResidentStore store = new ResidentStore(Device.META, new ReferenceKernels());
                Checkpoint checkpoint = HeaderOnly.checkpoint(huge, DType.BF16)) {
            Tensor weight = store.load(checkpoint, checkpoint.entry("x"), DType.F32);
            assertThat(weight.device()).isEqualTo(Device.META);
            assertThat(weight.shape()).containsExactly(1L << 20, 1L << 20);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs sparse files")
    void readsFromTheEndOfAFileOfTenGibibytes() throws IOException {
        Path large = file.resolveSibling("large.safetensors");
        HeaderOnly.write(large, Map.of("x", new long[] {5L << 30}), DType.BF16);
        try (Checkpoint checkpoint = Checkpoint.open(large);
                Scope scope = Scope.open("test")) {
            Tensor x = checkpoint.tensor(checkpoint.entry("x"));
            assertThat(x.narrow(0, (5L << 30) - 4, 4).toFloats()).containsExactly(0, 0, 0, 0);
        }
    }

    @Test
    void freesEverythingAfterAFailureInMidLoad() throws IOException {
        try (ResidentStore store = cpu();
                Checkpoint checkpoint = Checkpoint.open(file)) {
            Tensor weight = store.load(checkpoint, checkpoint.entry("q"), DType.F32);
            assertThat(weight.count()).isEqualTo(6);
            List<TensorEntry> weights = List.of(checkpoint.entry("q"), checkpoint.entry("k"));
            Files.write(file, new byte[8]);
            assertThatThrownBy(() -> store.projections(checkpoint, weights, List.of(), DType.F32))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has changed since it was opened");
        }
    }

    @Test
    void refusesToLoadOnceClosed() {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            ResidentStore store = cpu();
            store.close();
            store.close();
            assertThatThrownBy(() -> store.load(checkpoint, checkpoint.entry("q"), DType.F32))
                    .hasMessage("the weight store of cpu is closed");
        }
    }

    @Test
    void keepsItsBlocks() {
        try (ResidentStore store = cpu()) {
            Blocks<String> blocks = store.blocks(3, index -> "block " + index);
            assertThat(blocks.count()).isEqualTo(3);
            assertThat(blocks.get(2)).isEqualTo("block 2").isSameAs(blocks.get(2));
        }
    }

    @Test
    void quantisesLayersRowByRowWhileItLoadsThem(@TempDir Path folder) {
        Path weights = folder.resolve("b.safetensors");
        try (Rng rng = new Rng(1);
                Scope scope = Scope.open("write")) {
            new SafetensorsWriter()
                    .add("q", rng.normal(32, 16))
                    .add("k", rng.normal(32, 16).mul(100))
                    .add("odd", rng.normal(30, 16))
                    .write(weights);
        }
        try (ResidentStore store = cpu();
                Checkpoint checkpoint = Checkpoint.open(weights);
                Rng rng = new Rng(2);
                Scope scope = Scope.open("test")) {
            List<TensorEntry> entries = List.of(checkpoint.entry("q"), checkpoint.entry("k"));
            Projections joined = store.projections(checkpoint, entries, List.of(), DType.F8_E4M3);
            assertThat(joined.takes()).isEqualTo(DType.F8_E4M3);
            Tensor x = rng.normal(5, 16);
            for (int i = 0; i < 2; i++) {
                Linear alone = store.linear(checkpoint, entries.get(i), null, DType.F8_E4M3);
                Tensor part = joined.forward(x).get(i);
                TensorAssert.assertClose(part, alone.forward(x), 1e-2);
                Tensor exact = x.matmul(checkpoint.tensor(entries.get(i)).transpose(0, 1));
                assertThat(TensorAssert.relativeError(part, exact)).isBetween(5e-3, 6e-2);
            }
            Linear odd = store.linear(checkpoint, checkpoint.entry("odd"), null, DType.F8_E4M3);
            assertThat(odd.takes()).isEqualTo(DType.BF16);
        }
    }
}
