package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.kernels.Operand;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.nn.Linear;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoTensorLeaks.class)
class WeightsTest {
    private final Path file;

    WeightsTest(@TempDir Path folder) {
        file = folder.resolve("a.safetensors");
        new SafetensorsWriter()
                .add("ffn.0.weight", new float[] {1, 2, 3, 4, 5, 6}, 3, 2)
                .add("ffn.0.bias", new float[] {1, 1, 1}, 3)
                .add("blocks.0.q.weight", new float[] {1}, 1, 1)
                .add("blocks.0.q.bias", new float[] {2}, 1)
                .add("blocks.1.q.weight", new float[] {3}, 1, 1)
                .add("blocks.1.q.bias", new float[] {4}, 1)
                .add("norm", new float[] {7}, 1)
                .write(file);
    }

    private void bind(Consumer<Weights> body) {
        try (Checkpoint checkpoint = Checkpoint.open(file);
                ResidentStore store = new ResidentStore(Device.CPU, new ReferenceKernels());
                Scope scope = Scope.open("test")) {
            body.accept(Weights.of(checkpoint, store));
        }
    }

    @Test
    void bindsByNameAndShape() {
        bind(weights -> {
            Tensor x = Tensors.of(new float[] {1, 1}, 1, 2);
            assertThat(weights.device()).isEqualTo(Device.CPU);
            assertThat(weights.at("ffn").linear("0", 2, 3, DType.F32).forward(x).toFloats())
                    .containsExactly(4, 8, 12);
            Blocks<List<Tensor>> blocks = weights.blocks(
                    "blocks",
                    2,
                    block -> block.projections(DType.F32, 1, 1, "q").forward(Tensors.of(new float[] {1}, 1, 1)));
            assertThat(blocks.get(1).get(0).toFloats()).containsExactly(7);
            assertThat(weights.get("norm", DType.BF16, 1).toFloats()).containsExactly(7);
            assertThatCode(weights::requireAllTaken).doesNotThrowAnyException();
        });
    }

    @Test
    void bindsLayersWithoutBias() {
        bind(weights -> {
            Tensor x = Tensors.of(new float[] {1}, 1, 1);
            Weights block = weights.at("blocks").at(1);
            assertThat(block.linearWithoutBias("q", 1, 1, DType.F32).forward(x).toFloats())
                    .containsExactly(3);
            assertThat(block.projectionsWithoutBias(DType.F32, 1, 1, "q", "q").forward(x))
                    .hasSize(2);
        });
    }

    @Test
    void tellsWhatConfigurationsDoNotSay() {
        bind(weights -> {
            assertThat(weights.at("ffn").shape("0.weight")).containsExactly(3, 2);
            assertThat(weights.at("ffn").has("0.bias")).isTrue();
            assertThat(weights.has("0.bias")).isFalse();
            assertThatThrownBy(() -> weights.shape("head.weight"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage(file + ": tensor 'head.weight' is not in the checkpoint");
        });
    }

    @Test
    void listsEverythingThatDoesNotFitAtOnce() {
        bind(weights -> {
            Tensor missing = weights.get("patch", DType.F32, 4, 5);
            assertThat(missing.shape()).containsExactly(4, 5);
            assertThat(missing.device()).isEqualTo(Device.META);
            Linear wrong = weights.linear("ffn.0", 3, 2, DType.F32);
            assertThatThrownBy(() -> wrong.forward(missing)).hasMessageContaining("weights of 'ffn.0' did not load");
            assertThatThrownBy(() -> wrong.gelu(Operand.of(missing), DType.F32))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> weights.projections(DType.F32, 1, 1, "blocks.0.q", "blocks.0.k")
                            .forward(missing))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() ->
                            weights.projectionsWithoutBias(DType.F32, 1, 1, "v").forward(missing))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(weights::requireAllTaken)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessage(file + ": does not fit the model; tensors"
                            + " 4 missing: 'blocks.0.k.bias' [1], 'blocks.0.k.weight' [1, 1], 'patch' [4, 5], 'v.weight' [1, 1];"
                            + " 2 misshaped: tensor 'ffn.0.bias' is f32[3], expected [2],"
                            + " tensor 'ffn.0.weight' is f32[3, 2], expected [2, 3];"
                            + " 3 left over: 'blocks.1.q.bias', 'blocks.1.q.weight', 'norm'");
        });
    }

    @Test
    void leavesNothingBehindWhereTheLoadCannotGoOn() {
        bind(weights -> {
            assertThat(weights.get("patch", DType.F32, 4, 5).count()).isEqualTo(20);
            assertThatThrownBy(() -> weights.shape("head.weight")).isInstanceOf(CheckpointException.class);
        });
    }

    @Test
    void cutsLongLists() {
        bind(weights -> {
            for (int i = 0; i < 50; i++) {
                assertThat(weights.get("x" + i, DType.F32, 1).count()).isOne();
            }
            assertThatThrownBy(weights::requireAllTaken)
                    .hasMessageContaining("50 missing: 'x0' [1]")
                    .hasMessageContaining(" and 30 more;");
        });
    }

    @Test
    void bindsAFullSizeModelFromItsHeaderAlone() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (int i = 0; i < 40; i++) {
            shapes.put("blocks." + i + ".ffn.weight", new long[] {13824, 5120});
            shapes.put("blocks." + i + ".ffn.bias", new long[] {13824});
        }
        try (Checkpoint checkpoint = HeaderOnly.checkpoint(shapes, DType.F32);
                ResidentStore store = new ResidentStore(Device.META, new ReferenceKernels())) {
            Weights weights = Weights.of(checkpoint, store);
            Blocks<Linear> blocks = weights.blocks("blocks", 40, block -> block.linear("ffn", 5120, 13824, DType.BF16));
            weights.requireAllTaken();
            try (Scope scope = Scope.open("test")) {
                Tensor x = Tensors.empty(DType.BF16, Device.META, 1, 7, 5120);
                assertThat(blocks.get(39).forward(x).shape()).containsExactly(1, 7, 13824);
            }
        }
    }
}
