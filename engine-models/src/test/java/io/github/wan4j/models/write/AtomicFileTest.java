package io.github.wan4j.models.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.WriteOption.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    private final Path folder;

    AtomicFileTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void appearsWholeWhenCommitted() throws IOException {
        Path target = folder.resolve("x.mp4");
        try (AtomicFile file = AtomicFile.create(target, Existing.REFUSE)) {
            Files.writeString(file.temporary(), "whole");
            assertThat(target).doesNotExist();
            assertThat(file.commit()).isEqualTo(target);
        }
        assertThat(target).hasContent("whole");
        assertThat(names()).containsExactly("x.mp4");
    }

    @Test
    void leavesNothingWhenItIsNotCommitted() throws IOException {
        try (AtomicFile file = AtomicFile.create(folder.resolve("x.mp4"), Existing.OVERWRITE)) {
            Files.writeString(file.temporary(), "half");
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void refusesAnExistingFileAtOnce() throws IOException {
        Path target = Files.writeString(folder.resolve("x.mp4"), "old");
        assertThatThrownBy(() -> AtomicFile.create(target, Existing.REFUSE))
                .isInstanceOf(OutputException.class)
                .hasMessageContaining("'" + target + "' exists already");
        assertThat(names()).containsExactly("x.mp4");
    }

    @Test
    void refusesAFileThatCameMeanwhile() throws IOException {
        Path target = folder.resolve("x.mp4");
        try (AtomicFile file = AtomicFile.create(target, Existing.REFUSE)) {
            Files.writeString(target, "other");
            assertThatThrownBy(file::commit).isInstanceOf(OutputException.class).hasMessageContaining("exists already");
        }
        assertThat(target).hasContent("other");
        assertThat(names()).containsExactly("x.mp4");
    }

    @Test
    void overwritesWhenAllowed() throws IOException {
        Path target = Files.writeString(folder.resolve("x.mp4"), "old");
        try (AtomicFile file = AtomicFile.create(target, Existing.OVERWRITE)) {
            Files.writeString(file.temporary(), "new");
            assertThat(target).hasContent("old");
            file.commit();
        }
        assertThat(target).hasContent("new");
    }

    @Test
    void keepsAnExistingFileWhoseReplacementFails() throws IOException {
        Path target = Files.writeString(folder.resolve("x.mp4"), "old");
        try (AtomicFile file = AtomicFile.create(target, Existing.OVERWRITE)) {
            Files.writeString(file.temporary(), "half");
        }
        assertThat(target).hasContent("old");
    }

    @Test
    void countsUpToAFreeName() throws IOException {
        Path target = Files.writeString(folder.resolve("a.b.mp4"), "1");
        for (int copy = 2; copy <= 3; copy++) {
            try (AtomicFile file = AtomicFile.create(target, Existing.UNIQUE)) {
                assertThat(file.commit()).isEqualTo(folder.resolve("a.b-" + copy + ".mp4"));
            }
        }
        assertThat(names()).containsExactlyInAnyOrder("a.b.mp4", "a.b-2.mp4", "a.b-3.mp4");
    }

    @Test
    void countsNamesWithoutAnEnding() {
        assertThat(AtomicFile.numbered(Path.of("x"), 2)).isEqualTo(Path.of("x-2"));
        assertThat(AtomicFile.numbered(Path.of("d.e", ".x"), 3)).isEqualTo(Path.of("d.e", ".x-3"));
    }

    @Test
    void takesTheLongestName() throws IOException {
        Path target = folder.resolve("n".repeat(251) + ".mp4");
        try (AtomicFile file = AtomicFile.create(target, Existing.REFUSE)) {
            file.commit();
        }
        assertThat(target).exists();
    }

    @Test
    void namesAMissingFolder() {
        Path target = folder.resolve("none").resolve("x.mp4");
        assertThatThrownBy(() -> AtomicFile.create(target, Existing.REFUSE))
                .isInstanceOf(OutputException.class)
                .hasMessage("cannot write '" + target + "': there is no folder '" + folder.resolve("none") + "'");
    }

    @Test
    void refusesAFolderAsTarget() {
        assertThatThrownBy(() -> AtomicFile.create(folder, Existing.OVERWRITE)).hasMessageContaining("it is a folder");
    }

    private String[] names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toArray(String[]::new);
        }
    }
}
