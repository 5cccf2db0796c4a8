package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoTensorLeaks.class)
class MemoryTest {
    @Test
    void partsOfAJointProductHaveItsRowStride() {
        try (Scope scope = Scope.open("test")) {
            Tensor joint = zeros(DType.BF16, 2, 5, 3 * 256);
            assertThat(Memory.rowStride(joint.narrow(2, 256, 256))).isEqualTo(768);
            assertThat(Memory.rowStride(joint)).isEqualTo(768);
            assertThat(Memory.rowStride(joint.narrow(1, 0, 4).narrow(2, 0, 256)))
                    .as("a gap between batches")
                    .isEqualTo(-1);
            assertThat(Memory.rowStride(joint.narrow(0, 0, 1).narrow(1, 0, 4).narrow(2, 0, 256)))
                    .as("one batch has no gap")
                    .isEqualTo(768);
            assertThat(Memory.rowStride(joint.transpose(1, 2))).isEqualTo(-1);
            assertThat(Memory.rowStride(joint.narrow(2, 4, 256)))
                    .as("begins at byte 8")
                    .isEqualTo(-1);
            assertThat(Memory.rowStride(zeros(DType.BF16, 3, 4)))
                    .as("rows of 8 bytes")
                    .isEqualTo(-1);
            assertThat(Memory.rowStride(zeros(DType.F64, 1, 256))).isEqualTo(-1);
        }
    }

    @Test
    void channelsLastIsTheOrderOfMemoryNotTheFlag() {
        try (Scope scope = Scope.open("test")) {
            Tensor x = zeros(DType.BF16, 1, 16, 3, 4, 5);
            assertThat(Memory.isChannelsLast(x)).isFalse();
            assertThat(Memory.isChannelsLast(x.channelsLast())).isTrue();
            assertThat(Memory.isChannelsLast(x.channelsLast().narrow(2, 1, 2)))
                    .as("frames of a clip are contiguous")
                    .isTrue();
            assertThat(Memory.isChannelsLast(x.channelsLast().narrow(3, 1, 2)))
                    .as("rows of a frame are not")
                    .isFalse();
            assertThat(Memory.isChannelsLast(zeros(DType.BF16, 1, 1, 3, 4, 8)))
                    .as("one channel is both")
                    .isTrue();
            assertThat(Memory.isChannelsLast(zeros(DType.BF16, 2, 16, 3, 4, 5).channelsLast()))
                    .isFalse();
        }
    }

    @Test
    void rowsAreTakenWhereTheyLie() {
        try (Scope scope = Scope.open("test")) {
            Tensor table = zeros(DType.F32, 2, 6, 256);
            Gate two = Gate.of(new Rows(table.select(1, 3), 7), 10, 256);
            assertThat(two).isEqualTo(new Gate(Memory.address(table) + 3 * 256 * 4, 7, 6 * 256));
            Gate one = Gate.of(Rows.shared(zeros(DType.F32, 1, 256)), 10, 256);
            assertThat(one).extracting(Gate::split, Gate::stride).containsExactly(10L, 0L);
            assertThat(Gate.of(new Rows(zeros(DType.BF16, 2, 256), 7), 10, 256)).isNull();
            assertThat(Gate.of(Rows.shared(zeros(DType.F32, 1, 257).narrow(1, 1, 256)), 10, 256))
                    .as("not on a multiple of 16 bytes")
                    .isNull();
        }
    }

    @Test
    void aModulationWhoseRowsDisagreeIsLeftToPlainOperators() {
        try (Scope scope = Scope.open("test")) {
            Tensor table = zeros(DType.F32, 2, 6, 256);
            Rows scale = new Rows(table.select(1, 1), 7);
            assertThat(Affine.of(new Norm.Modulated(scale, new Rows(table.select(1, 0), 7), 1e-6), 10, 256))
                    .isNotNull();
            assertThat(Affine.of(new Norm.Modulated(scale, new Rows(table.select(1, 0), 6), 1e-6), 10, 256))
                    .isNull();
            assertThat(Affine.of(new Norm.Modulated(scale, Rows.shared(zeros(DType.F32, 1, 256)), 1e-6), 10, 256))
                    .isNull();
        }
    }

    private static Tensor zeros(DType type, long... shape) {
        return Tensors.zeros(type, Device.CPU, shape);
    }
}
