package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoTensorLeaks.class)
class SafetensorsWriterTest {
    private final Path folder;
    private final Path file;

    SafetensorsWriterTest(@TempDir Path folder) {
        this.folder = folder;
        file = folder.resolve("a.safetensors");
    }

    private void assertNothingIn(Path folder, int files) throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            assertThat(list).hasSize(files);
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesEveryDtypeThereAndBack(DType dtype) {
        try (Scope scope = Scope.open("test")) {
            Tensor values = Tensors.of(new float[] {0, 1, 2, 3, 1, 0}, 2, 3).to(dtype);
            new SafetensorsWriter()
                    .add("x", values)
                    .add("odd", new byte[] {7}, 1)
                    .write(file);
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                Tensor read = checkpoint.tensor(checkpoint.entry("x"));
                assertThat(read.dtype()).isEqualTo(dtype);
                assertThat(read.shape()).containsExactly(2, 3);
                assertThat(read.toBytes()).isEqualTo(values.toBytes());
                assertThat(read.to(DType.F32).toFloats())
                        .containsExactly(values.to(DType.F32).toFloats());
            }
        }
    }

    @Test
    void writesArraysAndReadsThemWithoutTorch() {
        new SafetensorsWriter()
                .metadata("format", "pt")
                .metadata("note", "é\n")
                .add("noise", new float[] {1.5f, -2, Float.NaN}, 3)
                .add("ids", new long[] {1, Long.MAX_VALUE}, 2, 1)
                .add("video", new byte[] {-1, 0, 1, 2}, 2, 2)
                .add("half", DType.F16, new byte[] {0, 0x3c}, 1)
                .add("none", new float[0], 0, 4)
                .add("scalar", new float[] {9})
                .write(file);
        SafetensorsReader reader = SafetensorsReader.open(file);
        assertThat(reader.header().metadata()).containsEntry("note", "é\n").containsEntry("format", "pt");
        assertThat(reader.floats("noise")).containsExactly(1.5f, -2, Float.NaN);
        assertThat(reader.longs("ids")).containsExactly(1, Long.MAX_VALUE);
        assertThat(reader.shape("ids")).containsExactly(2, 1);
        assertThat(reader.bytes("video")).containsExactly(-1, 0, 1, 2);
        assertThat(reader.bytes("half")).containsExactly(0, 0x3c);
        assertThat(reader.floats("none")).isEmpty();
        assertThat(reader.shape("scalar")).isEmpty();
        assertThatThrownBy(() -> reader.floats("video"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(file + ": tensor 'video' is u8[2, 2], expected f32");
        assertThatThrownBy(() -> reader.floats("x"))
                .hasMessageContaining(
                        "tensor 'x' is not in the file; it holds 'ids', 'noise', 'none', 'scalar', 'half', 'video'");
    }

    @Test
    void alignsEveryTensorToItsElements() {
        SafetensorsWriter writer = new SafetensorsWriter();
        writer.add("a", new byte[] {1}, 1).add("b", new long[] {1}, 1).add("c", new float[] {1}, 1);
        writer.add("d", DType.BF16, new byte[] {1, 2}, 1).write(file);
        for (TensorEntry entry : SafetensorsHeader.read(file).entries().values()) {
            assertThat(entry.offset() % entry.dtype().bytes()).as(entry.name()).isZero();
        }
    }

    @Test
    void copiesWhereTheOffsetDoesNotSuitTheDtype() throws IOException {
        byte[] bytes = SafetensorsBytes.of(
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'b':{'dtype':'F32','shape':[2],'data_offsets':[1,9]}}",
                9);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(bytes.length - 8, 1)
                .putFloat(bytes.length - 4, 2);
        Files.write(file, bytes);
        try (Checkpoint checkpoint = Checkpoint.open(file);
                Scope scope = Scope.open("test")) {
            assertThat(checkpoint.entry("b").offset() % 4).isNotZero();
            assertThat(checkpoint.tensor(checkpoint.entry("b")).toFloats()).containsExactly(1, 2);
        }
    }

    @Test
    void writesTensorsOfAnyLayout() {
        try (Scope scope = Scope.open("test")) {
            Tensor matrix = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            new SafetensorsWriter()
                    .add("transposed", matrix.transpose(0, 1))
                    .add("column", matrix.select(1, 2))
                    .add("empty", Tensors.empty(DType.BF16, Device.CPU, 0, 2))
                    .add("scalar", matrix.sum(false, 0, 1))
                    .write(file);
        }
        SafetensorsReader reader = SafetensorsReader.open(file);
        assertThat(reader.floats("transposed")).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(reader.floats("column")).containsExactly(3, 6);
        assertThat(reader.entry("empty")).hasToString("bf16[0, 2]");
        assertThat(reader.floats("scalar")).containsExactly(21);
    }

    @Test
    void asksForStreamedValuesWhileItWrites() {
        int pieces = 40;
        byte[] piece = new byte[1 << 18];
        new SafetensorsWriter()
                .add("large", DType.U8, new long[] {pieces, piece.length}, out -> {
                    for (int i = 0; i < pieces; i++) {
                        piece[0] = (byte) i;
                        out.write(piece);
                    }
                })
                .write(file);
        byte[] all = SafetensorsReader.open(file).bytes("large");
        assertThat(all).hasSize(pieces << 18);
        assertThat(all[17 << 18]).isEqualTo((byte) 17);
    }

    @Test
    void writesTensorsLargerThanOnePiece() {
        try (Scope scope = Scope.open("test")) {
            Tensor large = Tensors.arange(1_500_001, Device.CPU);
            new SafetensorsWriter().add("x", large).write(file);
        }
        long[] values = SafetensorsReader.open(file).longs("x");
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i] == i).as("element " + i).isTrue();
        }
    }

    @Test
    void replacesAFileOnlyOnceComplete() throws IOException {
        new SafetensorsWriter().add("x", new float[] {1}, 1).write(file);
        byte[] before = Files.readAllBytes(file);
        SafetensorsWriter failing = new SafetensorsWriter().add("x", DType.F32, new long[] {2}, out -> {
            out.write(new byte[4]);
            throw new IOException("disk on fire");
        });
        assertThatThrownBy(() -> failing.write(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("cannot be written: java.io.IOException: disk on fire");
        SafetensorsWriter crashing = new SafetensorsWriter().add("x", DType.F32, new long[] {2}, out -> {
            throw new IllegalStateException("bug");
        });
        assertThatThrownBy(() -> crashing.write(file)).hasMessage("bug");
        SafetensorsWriter shortOne =
                new SafetensorsWriter().add("x", DType.F32, new long[] {2}, out -> out.write(new byte[4]));
        assertThatThrownBy(() -> shortOne.write(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor 'x' was written with 4 bytes, its shape has 8");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertNothingIn(folder, 1);
        new SafetensorsWriter().add("x", new float[] {2}, 1).write(file);
        assertThat(SafetensorsReader.open(file).floats("x")).containsExactly(2);
        assertNothingIn(folder, 1);
    }

    @Test
    void namesTheFolderThatIsMissing() {
        Path lost = folder.resolve("none").resolve("a.safetensors");
        assertThatThrownBy(() -> new SafetensorsWriter().write(lost))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("cannot be written: there is no folder " + lost.getParent());
    }

    @Test
    void refusesWhatTheFormatCannotHold() {
        SafetensorsWriter writer = new SafetensorsWriter().add("x", new float[] {1}, 1);
        assertThatThrownBy(() -> writer.add("x", new float[] {1}, 1)).hasMessage("the name 'x' is taken");
        assertThatThrownBy(() -> writer.add("__metadata__", new float[] {1}, 1)).hasMessageContaining("is taken");
        assertThatThrownBy(() -> writer.add("y", new float[] {1}, 2))
                .hasMessage("tensor 'y' has 1 values for the shape [2]");
        assertThatThrownBy(() -> writer.add("y", new float[] {1}, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.add("y", DType.F32, "abc".getBytes(StandardCharsets.UTF_8), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
