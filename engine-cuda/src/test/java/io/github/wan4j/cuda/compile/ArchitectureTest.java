package io.github.wan4j.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.cuda.load.CudaException;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final int[] KNOWN = {75, 80, 86, 89, 90, 100, 120};

    @Test
    void aKnownGpuGetsItsOwnMachineCode() {
        assertThat(Architecture.of(8, 0, KNOWN).name()).isEqualTo("sm_80");
        assertThat(Architecture.of(8, 9, KNOWN).name()).isEqualTo("sm_89");
        assertThat(Architecture.of(9, 0, KNOWN).name()).isEqualTo("sm_90a");
        assertThat(Architecture.of(12, 0, KNOWN).name()).isEqualTo("sm_120a");
    }

    @Test
    void aNewerGpuGetsCodeThatTheDriverTranslates() {
        assertThat(Architecture.of(13, 0, KNOWN).name()).isEqualTo("compute_120");
        assertThat(Architecture.of(10, 3, KNOWN).name()).isEqualTo("compute_100");
    }

    @Test
    void anOlderGpuIsRefused() {
        assertThatThrownBy(() -> Architecture.of(7, 5, KNOWN))
                .isInstanceOf(CudaException.class)
                .hasMessage("a GPU of compute capability 7.5 is too old: the kernels need 8.0 (Ampere) or later");
    }
}
