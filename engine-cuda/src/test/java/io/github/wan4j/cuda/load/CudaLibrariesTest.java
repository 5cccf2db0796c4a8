package io.github.wan4j.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibrariesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path empty;

    @Test
    void theReportNamesEveryLibraryAndItsUse() throws Exception {
        Files.createFile(empty.resolve("libcudnn.so.9"));
        LibrarySearch search = LibrarySearch.of(List.of(empty), Map.of(), "", empty);
        assertThat(CudaLibraries.look(search))
                .filteredOn(found -> found.library().name().equals("libcudnn.so.9"))
                .singleElement()
                .satisfies(found -> assertThat(found.file()).contains(empty.resolve("libcudnn.so.9")));
        assertThat(CudaLibraries.look(search))
                .filteredOn(found -> found.library().name().equals("libnccl.so.2"))
                .allSatisfy(found -> assertThat(found.file()).isEmpty());
    }

    @Test
    void whatIsMissingIsSaidWithThePlacesAndTheRemedy() {
        assumeFalse(driverHere(), "this machine has a driver, and CUDA would be loaded into the test's process");
        LibrarySearch search = LibrarySearch.of(List.of(empty), Map.of(), "", empty);
        assertThatThrownBy(() -> CudaLibraries.load(search))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("libcuda.so.1 (the driver)")
                .hasMessageContaining(" more: install CUDA 13, cuDNN 9 and NCCL")
                .hasMessageContaining("WAN4J_CUDA_LIBRARIES");
    }

    @Test
    void aMissingDriverIsSaidByTheManagementLibrary() {
        assumeFalse(driverHere(), "this machine has a driver");
        LibrarySearch search = LibrarySearch.of(List.of(empty), Map.of(), "", empty);
        assertThatThrownBy(() -> Nvml.load(search))
                .isInstanceOf(CudaException.class)
                .hasMessageMatching("no NVIDIA driver is installed.*|libjninvml.so was not found.*");
    }

    private static boolean driverHere() {
        return Files.exists(Path.of("/proc/driver/nvidia/version")) || Files.exists(Path.of("/dev/nvidiactl"));
    }
}
