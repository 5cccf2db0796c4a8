package io.github.wan4j.cuda.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedLibrariesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void aLibraryIsFoundUnderTheVersionThatItsLinkPointsTo() throws IOException {
        Path maps = Files.writeString(folder.resolve("maps"), """
                7f00-7f01 r-xp 00000000 00:00 0
                7f01-7f02 r-xp 00000000 fe:00 17                 /usr/lib/x86_64-linux-gnu/libcudart.so.13.0.96
                7f02-7f03 r-xp 00000000 fe:00 18                 /usr/lib/a folder/libcuda.so.580.159.04
                """);
        assertThat(LoadedLibraries.find("libcuda.so.1", maps))
                .contains(Path.of("/usr/lib/a folder/libcuda.so.580.159.04"));
        assertThat(LoadedLibraries.find("libcudart.so.13", maps))
                .contains(Path.of("/usr/lib/x86_64-linux-gnu/libcudart.so.13.0.96"));
        assertThat(LoadedLibraries.find("libcud.so.1", maps)).isEmpty();
    }

    @Test
    void withoutAListOfWhatIsMappedNothingIsFound() {
        assertThat(LoadedLibraries.find("libcuda.so.1", folder.resolve("none"))).isEmpty();
    }
}
