package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineFailedException;
import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.core.tensor.Device;
import org.junit.jupiter.api.Test;

class CudaFaultsTest {
    private static final Device GPU = Device.cuda(0);

    @Test
    void outOfMemoryIsToldFromTheTextOfTheCause() {
        RuntimeException torch = new RuntimeException(
                "CUDA out of memory. Tried to allocate 13.50 GiB. GPU 0 has a total capacity of 139 GiB\nframe #0");
        Throwable told = CudaFaults.explain(new IllegalStateException("linear(bf16[1])", torch), GPU, 1L << 30);
        assertThat(told).isInstanceOfSatisfying(OutOfDeviceMemoryException.class, e -> {
            assertThat(e.neededBytes()).isEqualTo((long) (13.5 * (1L << 30)));
            assertThat(e.freeBytes()).isEqualTo(1L << 30);
            assertThat(e).hasMessageStartingWith("cuda:0 has ").hasRootCause(torch);
        });
    }

    @Test
    void whatWasExplainedStaysAsItIs() {
        Throwable told = CudaFaults.explain(new RuntimeException("CUDA out of memory."), GPU, 0);
        assertThat(CudaFaults.explain(told, GPU, 5)).isSameAs(told);
    }

    @Test
    void aFaultOfAKernelEndsTheEngine() {
        Throwable told = CudaFaults.explain(
                new RuntimeException("CUDA error: an illegal memory access was encountered\nmore"), GPU, 0);
        assertThat(told)
                .isInstanceOf(EngineFailedException.class)
                .hasMessageContaining("start a new process")
                .hasMessageEndingWith("CUDA error: an illegal memory access was encountered");
    }

    @Test
    void anythingElseStaysWhatItIs() {
        RuntimeException other = new IllegalArgumentException("a text that speaks of CUDA out of bounds");
        assertThat(CudaFaults.explain(other, GPU, 0)).isSameAs(other);
        assertThat(CudaFaults.explain(new RuntimeException((String) null), GPU, 0))
                .hasMessage(null);
    }

    @Test
    void amountsAreReadInTheirUnits() {
        assertThat(CudaFaults.bytes("Tried to allocate 512.00 MiB.")).isEqualTo(512L << 20);
        assertThat(CudaFaults.bytes("Tried to allocate 20 bytes")).isEqualTo(20);
        assertThat(CudaFaults.bytes("Tried to allocate much")).isZero();
    }
}
