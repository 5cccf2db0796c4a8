package io.github.wan4j.models.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.NameMap;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.vae.v21.Vae21;
import io.github.wan4j.models.vae.v22.Vae22;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published VAEs, by the names and shapes of their tensors: headers only, the files are holes. */
@ExtendWith(NoTensorLeaks.class)
class FullSizeVaeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    FullSizeVaeTest(@TempDir Path folder) {
        file = folder.resolve("vae.safetensors");
    }

    private static JsonNode tensors(int version) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(FullSizeVaeTest.class.getResourceAsStream("/golden/vae_tensors.json"))) {
            return JSON.readTree(in).get(version == 21 ? "vae2.1" : "vae2.2");
        }
    }

    private static NameMap fromDiffusers(int version) {
        return version == 21 ? VaeNames.v21() : VaeNames.v22();
    }

    /** A sparse file with a header for all tensors of a VAE but {@code without}. */
    private void write(int version, boolean diffusers, String without) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        long offset = 0;
        for (Map.Entry<String, JsonNode> tensor : list(version)) {
            if (tensor.getKey().equals(without)) {
                continue;
            }
            JsonNode shape = tensor.getValue().get("shape");
            long bytes = 4;
            for (JsonNode size : shape) {
                bytes *= size.asLong();
            }
            String name = diffusers ? tensor.getValue().get("diffusers").asText() : tensor.getKey();
            ObjectNode entry = header.putObject(name).put("dtype", "F32");
            entry.set("shape", shape);
            entry.putArray("data_offsets").add(offset).add(offset + bytes);
            offset += bytes;
        }
        byte[] text = JSON.writeValueAsBytes(header);
        byte[] length = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .array();
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(length);
            out.write(text);
            out.setLength(8 + text.length + offset);
        }
    }

    private static List<Map.Entry<String, JsonNode>> list(int version) throws IOException {
        return List.copyOf(tensors(version).properties());
    }

    private static Vae bind(int version, Checkpoint checkpoint) {
        try (ResidentStore store = new ResidentStore(Device.META, new ReferenceKernels())) {
            Weights weights = Weights.of(checkpoint, store);
            Vae vae = version == 21
                    ? new Vae21(new ReferenceKernels(), weights, DType.BF16)
                    : new Vae22(new ReferenceKernels(), weights, DType.BF16);
            weights.requireAllTaken();
            return vae;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void bindsEveryTensorByItsOriginalName(int version) throws IOException {
        write(version, false, "");
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.names()).hasSize(version == 21 ? 194 : 196);
            assertThat(bind(version, checkpoint).zChannels()).isEqualTo(version == 21 ? 16 : 48);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 22})
    void bindsEveryTensorByItsNameInDiffusers(int version) throws IOException {
        write(version, true, "");
        Set<String> original = new TreeSet<>();
        list(version).forEach(tensor -> original.add(tensor.getKey()));
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Checkpoint renamed = checkpoint.renamed(fromDiffusers(version));
            assertThat(new TreeSet<>(renamed.names())).isEqualTo(original);
            for (Map.Entry<String, JsonNode> tensor : list(version)) {
                long[] shape = LongStream.range(
                                0, tensor.getValue().get("shape").size())
                        .map(i -> tensor.getValue().get("shape").get((int) i).asLong())
                        .toArray();
                assertThat(renamed.entry(tensor.getKey()).shape()).isEqualTo(shape);
            }
            assertThat(bind(version, renamed).spatialStride()).isEqualTo(version == 21 ? 8 : 16);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"decoder.middle.1.proj.bias", "encoder.conv1.weight", "decoder.head.0.gamma"})
    void namesATensorThatIsMissing(String name) throws IOException {
        write(21, false, name);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThatThrownBy(() -> bind(21, checkpoint))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void refusesTheOtherVae() throws IOException {
        write(22, false, "");
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThatThrownBy(() -> bind(21, checkpoint))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("missing")
                    .hasMessageContaining("left over");
        }
    }
}
