package io.github.wan4j.models.wan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.HeaderOnly;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.TensorList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The real models, known by the names and shapes of their tensors alone. */
@ExtendWith(NoTensorLeaks.class)
class FullSizeTest {
    record Model(String name, WanConfig config, int count) {
        TensorList tensors() {
            return TensorList.of(name);
        }
    }

    static Stream<Model> models() {
        return Stream.of(
                new Model("t2v-a14b", WanConfig.t2vA14b(), 1095),
                new Model("i2v-a14b", WanConfig.i2vA14b(), 1095),
                new Model("ti2v-5b", WanConfig.ti2v5b(), 825));
    }

    @ParameterizedTest
    @MethodSource("models")
    void bindsTheOriginalNames(Model model) {
        bind(model, HeaderOnly.checkpoint(model.tensors().original(), DType.F32));
    }

    @ParameterizedTest
    @MethodSource("models")
    void bindsTheNamesOfDiffusers(Model model) {
        bind(model, HeaderOnly.checkpoint(model.tensors().other(), DType.F32).renamed(WanNames.fromDiffusers()));
    }

    @ParameterizedTest
    @MethodSource("models")
    void renamesEveryTensorToItsOriginal(Model model) {
        for (TensorList.Line line : model.tensors().lines()) {
            Checkpoint one = HeaderOnly.checkpoint(Map.of(line.other(), line.shape()), DType.F32);
            assertThat(List.copyOf(one.renamed(WanNames.fromDiffusers()).names()))
                    .isEqualTo(List.of(line.original()));
        }
    }

    private static void bind(Model model, Checkpoint checkpoint) {
        assertThat(checkpoint.names()).hasSize(model.count());
        try (checkpoint;
                ResidentStore store = new ResidentStore(Device.META, new ReferenceKernels())) {
            Weights weights = Weights.of(checkpoint, store);
            WanTransformer transformer =
                    new WanTransformer(model.config(), Precision.BF16, new ReferenceKernels(), weights);
            weights.requireAllTaken();
            assertThat(transformer.config()).isEqualTo(model.config());
        }
    }
}
