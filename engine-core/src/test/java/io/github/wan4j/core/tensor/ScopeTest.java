package io.github.wan4j.core.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.testkit.NoTensorLeaks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoTensorLeaks.class)
class ScopeTest {
    @Test
    void freesOnClose() {
        Tensor tensor;
        try (Scope scope = Scope.open("outer")) {
            tensor = Tensors.ones(DType.F32, Device.CPU, 2);
        }
        assertThatThrownBy(tensor::shape).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keepMovesToTheParent() {
        try (Scope outer = Scope.open("outer")) {
            Tensor kept;
            try (Scope inner = Scope.open("inner")) {
                kept = inner.keep(Tensors.ones(DType.F32, Device.CPU, 2));
            }
            assertThat(kept.shape()).containsExactly(2);
        }
    }

    @Test
    void keepLeavesAnOuterTensorAlone() {
        try (Scope outer = Scope.open("outer")) {
            Tensor tensor = Tensors.ones(DType.F32, Device.CPU, 2);
            try (Scope middle = Scope.open("middle")) {
                try (Scope inner = Scope.open("inner")) {
                    assertThat(inner.keep(tensor)).isSameAs(tensor);
                }
            }
            assertThat(tensor.shape()).containsExactly(2);
        }
    }

    @Test
    void releaseHandsOver() {
        Tensor tensor;
        try (Scope scope = Scope.open("outer")) {
            tensor = scope.release(Tensors.ones(DType.F32, Device.CPU, 2));
        }
        try (tensor) {
            assertThat(tensor.shape()).containsExactly(2);
        }
    }

    @Test
    void partsOfAChunkOutliveTheirVector() {
        try (Scope outer = Scope.open("outer")) {
            Tensor part;
            try (Scope inner = Scope.open("inner")) {
                part = inner.keep(
                        Tensors.ones(DType.F32, Device.CPU, 6, 2).chunk(6, 0).get(3));
            }
            assertThat(part.maxAbs()).isEqualTo(1);
        }
    }

    @Test
    void rejectsWorkOutsideAScope() {
        assertThatThrownBy(() -> Tensors.ones(DType.F32, Device.CPU, 2))
                .hasMessageStartingWith("no open Scope on thread main");
    }

    @Test
    void rejectsClosingOutOfOrder() {
        try (Scope outer = Scope.open("outer")) {
            try (Scope inner = Scope.open("inner")) {
                assertThatThrownBy(outer::close)
                        .hasMessage("scope 'outer' is not the innermost one of this thread: 'inner' is");
            }
        }
    }
}
