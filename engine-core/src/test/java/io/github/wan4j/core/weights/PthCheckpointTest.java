package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.weights.pth.PthSample;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoTensorLeaks.class)
class PthCheckpointTest {
    private final Path folder;
    private final Path file;

    PthCheckpointTest(@TempDir Path folder) {
        this.folder = folder;
        file = folder.resolve("model.pth");
    }

    private static float[] values(Checkpoint checkpoint, String name) {
        return checkpoint.tensor(checkpoint.entry(name)).toFloats();
    }

    @Test
    void readsStridedAndSharedStorages() throws IOException {
        PthSample.write(file, PthSample.pickle(), false);
        try (Checkpoint checkpoint = Checkpoint.open(file);
                Scope scope = Scope.open("test")) {
            assertThat(values(checkpoint, "matrix")).containsExactly(1, 2, 3, 4, 5, 6);
            assertThat(values(checkpoint, "transposed")).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(values(checkpoint, "column")).containsExactly(2, 5);
            assertThat(values(checkpoint, "scalar")).containsExactly(6);
            assertThat(values(checkpoint, "bytes")).containsExactly(1, 2, 3, 4, 5);
            assertThat(checkpoint.tensor(checkpoint.entry("parameter")).toBytes())
                    .containsExactly(4, 5, 6, 7, 12, 13, 14, 15);
            assertThat(checkpoint.names()).doesNotContain("epoch", "again");
            assertThat(checkpoint.entry("transposed").isContiguous()).isFalse();
            assertThat(checkpoint.entry("matrix").isContiguous()).isTrue();
        }
    }

    @Test
    void readsTheSameFromAFileWithWideOffsets() throws IOException {
        PthSample.write(file, PthSample.pickle(), true);
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Scope scope = Scope.open("test")) {
            assertThat(values(checkpoint, "matrix")).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }
}
