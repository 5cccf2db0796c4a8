package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.tensor.DType;
import org.junit.jupiter.api.Test;

class ShapesTest {
    @Test
    void rowsAreCoveredExactly() {
        for (long dim = 1; dim <= 6144; dim++) {
            for (boolean f32 : new boolean[] {true, false}) {
                RowShape shape = RowShape.of(dim, f32);
                if (shape != null) {
                    assertThat(dim % ((long) shape.threads() * shape.elements()))
                            .as("dim %d", dim)
                            .isZero();
                }
            }
        }
    }

    @Test
    void wideRowsAreCoveredByWhatRegistersHold() {
        for (long dim : new long[] {128, 256, 640, 3072, 5120, 13824, 14336}) {
            for (boolean f32 : new boolean[] {true, false}) {
                assertThat(RowShape.wide(dim, f32))
                        .as("dim %d", dim)
                        .isNotNull()
                        .satisfies(shape -> {
                            assertThat(dim % ((long) shape.threads() * shape.elements()))
                                    .isZero();
                            assertThat(dim / shape.threads()).isLessThanOrEqualTo(56);
                            assertThat(shape.warps()).isLessThanOrEqualTo(16);
                        });
            }
        }
        assertThat(RowShape.wide(1000, false)).isNull();
        assertThat(RowShape.wide(1 << 20, false)).isNull();
    }

    @Test
    void widthsOfTheModelsAreTakenAndOddOnesLeft() {
        for (long dim : new long[] {128, 256, 3072, 4096, 5120}) {
            assertThat(RowShape.of(dim, true)).isNotNull();
            assertThat(RowShape.of(dim, false)).isNotNull();
        }
        for (long dim : new long[] {1, 64, 100, 1000, 5121}) {
            assertThat(RowShape.of(dim, true)).isNull();
        }
    }

    @Test
    void aThreadStaysAtOnePlaceOfAHead() {
        assertThat(RowShape.of(5120, false)).isNotNull().satisfies(shape -> {
            assertThat(shape.fitsHead(128)).isTrue();
            assertThat(shape.fitsHead(64)).isTrue();
            assertThat(shape.fitsHead(96)).isFalse();
            assertThat(shape.fitsHead(0)).isFalse();
        });
    }

    @Test
    void pixelsAreCoveredExactly() {
        for (long channels = 1; channels <= 1024; channels++) {
            VaeKernels.ChannelShape shape = VaeKernels.ChannelShape.of(channels, DType.BF16);
            if (shape != null) {
                assertThat(channels % ((long) shape.lanes() * shape.elements())).isZero();
                assertThat(32 % shape.lanes()).isZero();
            }
        }
        assertThat(VaeKernels.ChannelShape.of(96, DType.BF16)).isEqualTo(new VaeKernels.ChannelShape(8, 4));
        assertThat(VaeKernels.ChannelShape.of(20, DType.BF16)).isEqualTo(new VaeKernels.ChannelShape(4, 1));
        assertThat(VaeKernels.ChannelShape.of(3, DType.BF16)).isNull();
    }

    @Test
    void instancesAreWrittenAsTemplates() {
        assertThat(KernelInstance.of("f", "k", DType.F32, DType.BF16, 5120L, 4, true)
                        .expression())
                .isEqualTo("k<float, bf16, 5120, 4, true>");
        assertThat(KernelInstance.of("f", "k").expression()).isEqualTo("k");
        assertThatThrownBy(() -> KernelInstance.of("f", "k", DType.I32).expression())
                .hasMessage("no kernel takes i32");
    }

    @Test
    void attentionGoesByDeviceTypeAndWidth() {
        AttentionTable hopper = new AttentionTable(9);
        AttentionTable ampere = new AttentionTable(8);
        assertThat(hopper.choose(DType.BF16, 128)).isEqualTo(Attention.CUDNN);
        assertThat(ampere.choose(DType.BF16, 128)).isEqualTo(Attention.FLASH);
        assertThat(hopper.choose(DType.BF16, 384)).isEqualTo(Attention.EFFICIENT);
        assertThat(hopper.choose(DType.F32, 128)).isEqualTo(Attention.EFFICIENT);
        assertThat(hopper.choose(DType.F32, 20)).isEqualTo(Attention.MATH);
    }
}
