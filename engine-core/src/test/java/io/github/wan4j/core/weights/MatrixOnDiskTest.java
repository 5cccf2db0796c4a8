package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatrixOnDiskTest {
    private final Path file;

    MatrixOnDiskTest(@TempDir Path folder) {
        file = folder.resolve("weights");
    }

    private TensorEntry entry(DType dtype, int bytes, long... shape) throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(77);
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0);
        }
        Files.write(file, buffer.array());
        return TensorEntry.contiguous("w", file, 4, bytes - 4, dtype, shape);
    }

    private void write(int... shorts) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4 + 2 * shorts.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(77);
        for (int bits : shorts) {
            buffer.putShort((short) bits);
        }
        Files.write(file, buffer.array());
    }

    @Test
    void readsTheRowsAskedFor() throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN).putInt(77);
        for (int i = 0; i < 6; i++) {
            buffer.putFloat(i - 2.5f);
        }
        Files.write(file, buffer.array());
        try (MatrixOnDisk matrix = MatrixOnDisk.open(TensorEntry.contiguous("w", file, 4, 24, DType.F32, 3, 2))) {
            assertThat(matrix.rows()).isEqualTo(3);
            assertThat(matrix.read(1, 2)).containsExactly(-0.5f, 0.5f, 1.5f, 2.5f);
        }
    }

    @Test
    void widensHalvesAndBrainFloats() throws IOException {
        write(0x3C00, 0xC500, 0x0001, 0x83FF, 0x7C00, 0x7BFF);
        try (MatrixOnDisk halves = MatrixOnDisk.open(TensorEntry.contiguous("w", file, 4, 12, DType.F16, 6))) {
            assertThat(halves.rows()).isEqualTo(1);
            assertThat(halves.read(0, 1))
                    .containsExactly(1, -5, 0x1p-24f, -1023 * 0x1p-24f, Float.POSITIVE_INFINITY, 65504);
        }
        write(0x3F80, 0xC0A0, 0x3E20);
        try (MatrixOnDisk brains = MatrixOnDisk.open(TensorEntry.contiguous("w", file, 4, 6, DType.BF16, 3))) {
            assertThat(brains.read(0, 1)).containsExactly(1, -5, 0.15625f);
        }
    }

    @Test
    void refusesWhatItCannotReadByName() throws IOException {
        assertThatThrownBy(() -> MatrixOnDisk.open(entry(DType.I64, 36, 2, 2)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor 'w' is i64[2, 2]");
        try (MatrixOnDisk cut = MatrixOnDisk.open(entry(DType.F32, 20, 4, 2))) {
            assertThatThrownBy(() -> cut.read(0, 4)).hasMessageContaining("the file was cut");
        }
    }
}
