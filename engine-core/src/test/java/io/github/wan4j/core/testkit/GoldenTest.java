package io.github.wan4j.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.weights.SafetensorsWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("sets a system property")
@ExtendWith(NoTensorLeaks.class)
class GoldenTest {
    private final String before = System.getProperty(Golden.FOLDER, "");

    @AfterEach
    void restore() {
        if (before.isEmpty()) {
            System.clearProperty(Golden.FOLDER);
        } else {
            System.setProperty(Golden.FOLDER, before);
        }
    }

    @Test
    void readsTheFullFilesWhereTheirFolderIsNamed(@TempDir Path folder) {
        new SafetensorsWriter().add("x", new float[] {1, 2, 3}, 3).write(folder.resolve("some.safetensors"));
        System.setProperty(Golden.FOLDER, folder.toString());
        try (Golden golden = Golden.open("some");
                Scope scope = Scope.open("test")) {
            assertThat(golden.names()).containsExactly("x");
            assertThat(golden.tensor("x").toFloats()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void failsRatherThanSkipsWhatIsNotThere() {
        System.clearProperty(Golden.FOLDER);
        assertThatThrownBy(() -> Golden.open("none")).hasMessage("no test resource golden/none.safetensors");
        assertThatThrownBy(() -> Golden.full("none")).hasMessage("-Dwan4j.test.golden=DIR is not set");
    }
}
