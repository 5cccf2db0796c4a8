package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardIndexTest {
    private static final String GOOD =
            "{'metadata':{'total_size':12},'weight_map':{'x':'a-00001-of-00007.safetensors','y':'b.safetensors','z':'b.safetensors'}}";

    private final Path folder;
    private final Path index;

    ShardIndexTest(@TempDir Path folder) {
        this.folder = folder;
        index = folder.resolve("model.safetensors.index.json");
    }

    @BeforeEach
    void writeShards() {
        new SafetensorsWriter().add("x", new float[] {1}, 1).write(folder.resolve("a-00001-of-00007.safetensors"));
        new SafetensorsWriter()
                .add("y", new float[] {2}, 1)
                .add("z", new float[] {3}, 1)
                .write(folder.resolve("b.safetensors"));
    }

    private void write(String json) throws IOException {
        Files.writeString(index, json.replace('\'', '"'));
    }

    private void assertRefused(String json, String reason) throws IOException {
        write(json);
        assertThatThrownBy(() -> Checkpoint.open(index))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(index + ": ")
                .hasMessageContaining(reason);
    }

    @Test
    void believesTheMapAndNotTheCountsInFileNames() throws IOException {
        write(GOOD);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.names()).containsExactly("x", "y", "z");
            assertThat(checkpoint.files())
                    .containsExactly(folder.resolve("a-00001-of-00007.safetensors"), folder.resolve("b.safetensors"));
        }
    }

    @Test
    void namesAMissingShard() throws IOException {
        Files.delete(folder.resolve("b.safetensors"));
        assertRefused(GOOD, "shard 'b.safetensors' is missing, the index puts 2 tensors there");
    }

    @Test
    void listsTensorsThatAreNotInTheirShard() throws IOException {
        assertRefused(GOOD.replace("'z'", "'w'"), "1 tensors of the index are not in their shards: w in b.safetensors");
    }

    @Test
    void listsTensorsThatAreNotInTheIndex() throws IOException {
        assertRefused(
                GOOD.replace(",'z':'b.safetensors'", ""),
                "shard 'b.safetensors' holds 1 tensors that the index does not put there: 'z'");
    }

    @Test
    void passesOnWhatIsWrongWithAShard() throws IOException {
        write(GOOD);
        Files.write(folder.resolve("b.safetensors"), new byte[3]);
        assertThatThrownBy(() -> Checkpoint.open(index))
                .hasMessageStartingWith(folder.resolve("b.safetensors") + ": is not a safetensors file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|the index has no weight_map, or an empty one",
                "{'weight_map':{}}|the index has no weight_map, or an empty one",
                "{'weight_map':[]}|is not an object",
                "{'weight_map':{'x':1}}|tensor 'x' is mapped to something other than the name of a file",
                "{'weight_map':{'x':'../a.safetensors'}}|the name of a file in this folder",
                "{'weight_map':{'x':'/etc/a.safetensors'}}|the name of a file in this folder",
                "{'weight_map':{'x':'c:a.safetensors'}}|the name of a file in this folder",
                "{'weight_map':{'x':'b\\\\a.safetensors'}}|the name of a file in this folder",
                "{'weight_map':{'x':'pytorch_model.bin'}}|the name of a file in this folder",
                "{'weight_map':{'x':'a.safetensors','x':'a.safetensors'}}|Duplicate field 'x'",
                "{'weight_map':|the index is not valid",
                "[]|the index is not a JSON object"
            })
    void refusesBrokenIndexes(String json, String reason) throws IOException {
        assertRefused(json, reason);
    }
}
