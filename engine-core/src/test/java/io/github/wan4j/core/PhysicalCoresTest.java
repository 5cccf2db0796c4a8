package io.github.wan4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhysicalCoresTest {
    private final Path folder;

    PhysicalCoresTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void countsTwoThreadsOfOneCoreOnce() throws IOException {
        for (int cpu = 0; cpu < 8; cpu++) {
            topology(cpu, cpu / 4, cpu % 2); // two packages of two cores of two threads
        }
        assertThat(PhysicalCores.count(allowed("0-7"), folder)).isEqualTo(4);
        assertThat(PhysicalCores.count(allowed("0,2"), folder)).isEqualTo(1);
        assertThat(PhysicalCores.count(allowed("0-1,4"), folder)).isEqualTo(3);
    }

    @Test
    void doesNotGuessWhereTheSystemDoesNotTell() throws IOException {
        assertThat(PhysicalCores.count(folder.resolve("none"), folder)).isZero();
        assertThat(PhysicalCores.count(allowed("0-3"), folder)).isZero();
    }

    @Test
    void findsAtLeastOneHereAndNoMoreThanThereAreProcessors() {
        assertThat(PhysicalCores.available()).isBetween(1, Runtime.getRuntime().availableProcessors());
    }

    private Path allowed(String list) throws IOException {
        return Files.writeString(folder.resolve("status"), "Name:\tjava\nCpus_allowed_list:\t" + list + "\n");
    }

    private void topology(int cpu, int chip, int core) throws IOException {
        Path topology = Files.createDirectories(folder.resolve("cpu" + cpu).resolve("topology"));
        Files.writeString(topology.resolve("physical_package_id"), chip + "\n");
        Files.writeString(topology.resolve("core_id"), core + "\n");
    }
}
