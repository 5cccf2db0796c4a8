package io.github.wan4j.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.cuda.load.CudaException;
import org.junit.jupiter.api.Test;

class KernelSourceTest {
    @Test
    void headersAreCollectedThroughHeaders() {
        KernelSource source = KernelSource.load("norm_modulate/norm_modulate.cu");
        assertThat(source.text())
                .contains("wan4j_norm_modulate", "common/norm.cuh")
                .doesNotContain("common/pack.cuh"); // which norm.cuh includes
        assertThat(source.headers()).containsKeys("common/norm.cuh", "common/pack.cuh");
    }

    @Test
    void aMissingSourceNamesTheJar() {
        assertThatThrownBy(() -> KernelSource.load("no/such.cu"))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("/wan4j/kernels/no/such.cu")
                .hasMessageContaining("wan4j-native");
    }
}
