package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryTest {
    @Test
    void readsTheKernelsFilesAndKnowsWhenThereAreNone(@TempDir Path folder) throws IOException {
        Path status = Files.writeString(folder.resolve("status"), "VmHWM:\t  12 kB\nVmRSS:\t   9 kB\nThreads:\t3\n");
        assertThat(HostMemory.kilobytes(status, "VmHWM")).hasValue(12 * 1024);
        assertThat(HostMemory.kilobytes(status, "VmRSS")).hasValue(9 * 1024);
        assertThat(HostMemory.kilobytes(status, "Threads")).isEmpty();
        assertThat(HostMemory.kilobytes(status, "VmPeak")).isEmpty();
        assertThat(HostMemory.kilobytes(folder.resolve("none"), "VmRSS")).isEmpty();
    }
}
