package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoTensorLeaks.class)
class CheckpointTest {
    private static final Path MINIS = Path.of("../engine-models/mini-models/src/main/resources/wan4j/models");

    private final Path folder;

    CheckpointTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static Path minis() {
        return Files.isDirectory(MINIS) ? MINIS : Path.of("engine-models/mini-models/src/main/resources/wan4j/models");
    }

    @Test
    void opensAFolderWithAnIndex() {
        try (Checkpoint checkpoint = Checkpoint.open(minis().resolve("mini-t2v/low_noise_model"));
                Scope scope = Scope.open("test")) {
            assertThat(checkpoint.files()).hasSize(2);
            TensorEntry entry = checkpoint.entry("blocks.0.ffn.0.weight");
            assertThat(entry).hasToString("bf16[640, 256]");
            assertThat(entry.isContiguous()).isTrue();
            Tensor tensor = checkpoint.tensor(entry);
            assertThat(tensor.shape()).containsExactly(640, 256);
            assertThat(tensor.isFinite()).isTrue();
            assertThat(tensor.to(DType.F32).maxAbs()).isBetween(0.01, 10.0);
        }
    }

    @Test
    void prefersTheIndexWhereAFolderHoldsOtherNetworksToo() {
        try (Checkpoint checkpoint = Checkpoint.open(minis().resolve("mini-ti2v"))) {
            assertThat(checkpoint.files()).hasSize(3);
            assertThat(checkpoint.has("patch_embedding.weight")).isTrue();
        }
    }

    @Test
    void opensThePthFilesOfTheMinis() {
        for (String file : new String[] {
            "mini-t2v/Wan2.1_VAE.pth", "mini-ti2v/Wan2.2_VAE.pth", "mini-t2v/models_t5_umt5-xxl-enc-bf16.pth"
        }) {
            try (Checkpoint checkpoint = Checkpoint.open(minis().resolve(file));
                    Scope scope = Scope.open("test")) {
                assertThat(checkpoint.names()).hasSizeGreaterThan(30);
                for (String name : checkpoint.names()) {
                    TensorEntry entry = checkpoint.entry(name);
                    Tensor tensor = checkpoint.tensor(entry);
                    assertThat(tensor.shape()).containsExactly(entry.shape());
                    assertThat(tensor.dtype()).isEqualTo(entry.dtype());
                    assertThat(tensor.isFinite()).as(file + " " + name).isTrue();
                }
            }
        }
    }

    @Test
    void viewsOutliveTheCheckpoint() {
        Path file = folder.resolve("a.safetensors");
        new SafetensorsWriter().add("x", new float[] {1, 2, 3}, 3).write(file);
        try (Scope scope = Scope.open("test")) {
            Tensor tensor;
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                tensor = checkpoint.tensor(checkpoint.entry("x"));
            }
            assertThat(tensor.toFloats()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void refusesToReadOnceClosed() {
        Path file = folder.resolve("a.safetensors");
        new SafetensorsWriter().add("x", new float[] {1}, 1).write(file);
        Checkpoint checkpoint = Checkpoint.open(file);
        checkpoint.close();
        try (Scope scope = Scope.open("test")) {
            assertThatThrownBy(() -> checkpoint.tensor(checkpoint.entry("x")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is closed");
        }
    }

    @Test
    void noticesThatAFileShrank() throws IOException {
        Path file = folder.resolve("a.safetensors");
        new SafetensorsWriter().add("x", new float[] {1, 2}, 2).write(file);
        byte[] bytes = Files.readAllBytes(file);
        try (Checkpoint checkpoint = Checkpoint.open(file);
                Scope scope = Scope.open("test")) {
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));
            assertThatThrownBy(() -> checkpoint.tensor(checkpoint.entry("x")))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has changed since it was opened");
        }
    }

    @Test
    void namesWhatIsWrongWithAPath() throws IOException {
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("none")))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder.resolve("none") + ": there is no such file or folder");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is empty; one ends in .safetensors");
        Files.writeString(folder.resolve("readme.txt"), "x");
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("holds no checkpoint");
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("readme.txt")))
                .hasMessageContaining("is no checkpoint; one ends in .safetensors, .index.json, .pth or .pt");
    }

    @Test
    void refusesAnAmbiguousFolder() {
        new SafetensorsWriter().write(folder.resolve("a.safetensors"));
        new SafetensorsWriter().write(folder.resolve("b.safetensors"));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("holds 2 checkpoint files, 'a.safetensors', 'b.safetensors' and no index.json");
    }

    @Test
    void hashesWhatHeadersSay() {
        Path a = folder.resolve("a.safetensors");
        Path b = folder.resolve("b.safetensors");
        Path c = folder.resolve("c.safetensors");
        new SafetensorsWriter()
                .add("x", new float[] {1}, 1)
                .add("y", new float[] {2}, 1)
                .write(a);
        new SafetensorsWriter()
                .add("y", new float[] {3}, 1)
                .add("x", new float[] {4}, 1)
                .write(b);
        new SafetensorsWriter()
                .add("x", new float[] {1}, 1)
                .add("y", new float[] {2}, 1, 1)
                .write(c);
        try (Checkpoint first = Checkpoint.open(a);
                Checkpoint second = Checkpoint.open(b);
                Checkpoint third = Checkpoint.open(c)) {
            assertThat(first.headerHash()).hasSize(64).isEqualTo(second.headerHash());
            assertThat(first.headerHash()).isNotEqualTo(third.headerHash());
        }
    }

    @Test
    void renamesInOnePlace() {
        Path file = folder.resolve("a.safetensors");
        new SafetensorsWriter()
                .add("blocks.3.attn1.to_q.weight", new float[] {1}, 1)
                .add("proj_out.bias", new float[] {2}, 1)
                .add("twin", new float[] {3}, 1)
                .write(file);
        NameMap map = NameMap.rules()
                .regex("blocks\\.(\\d+)\\.attn1\\.to_q\\.(.+)", "blocks.$1.self_attn.q.$2")
                .prefix("proj_out.", "head.head.")
                .drop("twin");
        try (Checkpoint checkpoint = Checkpoint.open(file);
                Checkpoint renamed = checkpoint.renamed(map);
                Scope scope = Scope.open("test")) {
            assertThat(renamed.names()).containsExactlyInAnyOrder("blocks.3.self_attn.q.weight", "head.head.bias");
            TensorEntry bias = renamed.entry("head.head.bias");
            assertThat(bias.name()).isEqualTo("head.head.bias");
            assertThat(renamed.tensor(bias).toFloats()).containsExactly(2);
        }
    }

    @Test
    void refusesNamesThatNoRuleKnowsOrThatMeet() {
        Path file = folder.resolve("a.safetensors");
        new SafetensorsWriter()
                .add("x", new float[] {1}, 1)
                .add("y", new float[] {2}, 1)
                .write(file);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThatThrownBy(() -> checkpoint.renamed(NameMap.rules().name("x", "z")))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("1 tensors have names that no known layout has: 'y'");
            assertThatThrownBy(() -> checkpoint.renamed(NameMap.rules().regex("[xy]", "z")))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("tensors 'x' and 'y' would both be called 'z'");
        }
    }

    @Test
    void composesNameMaps() {
        NameMap map = NameMap.rules()
                .prefix("model.", "")
                .andThen(NameMap.rules()
                        .regex("layer(\\d)", match -> "layer." + (Integer.parseInt(match.group(1)) + 1))
                        .keepRest());
        assertThat(map.apply("model.layer3")).isEqualTo("layer.4");
        assertThat(map.apply("model.norm")).isEqualTo("norm");
        assertThat(map.apply("norm")).isNull();
        assertThat(NameMap.identity().apply("norm")).isEqualTo("norm");
    }
}
