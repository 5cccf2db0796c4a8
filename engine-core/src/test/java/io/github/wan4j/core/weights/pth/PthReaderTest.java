package io.github.wan4j.core.weights.pth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PthReaderTest {
    private static final byte[] LITTLE = "little".getBytes(StandardCharsets.US_ASCII);

    private final Path file;

    PthReaderTest(@TempDir Path folder) {
        file = folder.resolve("model.pth");
    }

    /** A dict of one tensor x, f32 over eight elements of storage 0. */
    private static byte[] oneTensor(long count, long offset, long[] shape, long[] strides) {
        return new PickleWriter()
                .proto(2)
                .op(PickleOpcode.EMPTY_DICT)
                .text("x")
                .tensor("FloatStorage", "0", count, offset, shape, strides)
                .op(PickleOpcode.SETITEM)
                .stop();
    }

    private static PthTensor at(Map<String, PthTensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    private void write(byte[] pickle, boolean wide) throws IOException {
        try (ZipWriter zip = new ZipWriter(file, wide)) {
            zip.add("model/data.pkl", pickle).add("model/byteorder", LITTLE).add("model/data/0", new byte[32]);
        }
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> PthReader.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void findsStoragesInPlace(boolean wide) throws IOException {
        write(oneTensor(8, 2, new long[] {2, 3}, new long[] {3, 1}), wide);
        PthTensor tensor = at(PthReader.read(file), "x");
        assertThat(tensor.offset() % 64).isEqualTo(8);
        assertThat(tensor.bytes()).isEqualTo(24);
        assertThat(tensor.dtype()).isEqualTo(DType.F32);
        assertThat(tensor.shape()).containsExactly(2L, 3L);
    }

    @Test
    void readsStridedAndSharedStorages() throws IOException {
        PickleWriter pickle = new PickleWriter().proto(2).op(PickleOpcode.EMPTY_DICT, PickleOpcode.MARK);
        pickle.text("rows").tensor("FloatStorage", "0", 8, 0, new long[] {2, 4}, new long[] {4, 1});
        pickle.text("transposed").tensor("FloatStorage", "0", 8, 0, new long[] {4, 2}, new long[] {1, 4});
        pickle.text("column").tensor("FloatStorage", "0", 8, 1, new long[] {2}, new long[] {4});
        pickle.text("constant").tensor("FloatStorage", "0", 8, 7, new long[] {2, 2}, new long[] {0, 0});
        pickle.text("scalar").tensor("FloatStorage", "0", 8, 7, new long[0], new long[0]);
        pickle.text("empty").tensor("FloatStorage", "0", 8, 8, new long[] {0, 3}, new long[] {3, 1});
        write(pickle.op(PickleOpcode.SETITEMS).stop(), false);
        Map<String, PthTensor> tensors = PthReader.read(file);
        long start = at(tensors, "rows").offset();
        assertThat(at(tensors, "transposed").offset()).isEqualTo(start);
        assertThat(at(tensors, "transposed").strides()).containsExactly(1L, 4L);
        assertThat(at(tensors, "column")).isEqualTo(new PthTensor(start + 4, 20, DType.F32, List.of(2L), List.of(4L)));
        assertThat(at(tensors, "constant").bytes()).isEqualTo(4);
        assertThat(at(tensors, "scalar").bytes()).isEqualTo(4);
        assertThat(at(tensors, "empty").bytes()).isZero();
    }

    @Test
    void acceptsAStateDictAtTheTop() throws IOException {
        PickleWriter pickle = new PickleWriter().proto(2).op(PickleOpcode.EMPTY_DICT, PickleOpcode.MARK);
        pickle.text("epoch").number(7).text("optimizer").op(PickleOpcode.EMPTY_DICT);
        pickle.text("state_dict").op(PickleOpcode.EMPTY_DICT).text("x");
        pickle.tensor("FloatStorage", "0", 8, 0, new long[] {8}, new long[] {1}).op(PickleOpcode.SETITEM);
        write(pickle.op(PickleOpcode.SETITEMS).stop(), false);
        assertThat(PthReader.read(file)).containsOnlyKeys("x");
    }

    @Test
    void refusesWhatIsNoDictOfTensors() throws IOException {
        write(new PickleWriter().proto(2).number(3).stop(), false);
        assertRefused("does not hold a dict of tensors");
        write(
                new PickleWriter()
                        .proto(2)
                        .op(PickleOpcode.EMPTY_DICT)
                        .text("model")
                        .op(PickleOpcode.EMPTY_DICT, PickleOpcode.SETITEM)
                        .stop(),
                false);
        assertRefused("holds 'model', which is neither a tensor nor a number or text");
    }

    @Test
    void refusesTensorsBeyondTheirStorage() throws IOException {
        write(oneTensor(9, 0, new long[] {8}, new long[] {1}), false);
        assertRefused("tensor 'x' has a storage of 36 bytes, entry data/0 has 32");
        write(oneTensor(8, 1, new long[] {8}, new long[] {1}), false);
        assertRefused("tensor 'x' is f32[8] with strides [1] from element 1 of a storage of 32 bytes");
        write(oneTensor(8, 0, new long[] {2, 4}, new long[] {5, 1}), false);
        assertRefused("from element 0 of a storage of 32 bytes");
        write(oneTensor(8, Long.MAX_VALUE, new long[] {1}, new long[] {1}), false);
        assertRefused("larger than any file");
        write(oneTensor(8, 0, new long[] {1L << 40, 1L << 40}, new long[] {0, 0}), false);
        assertRefused("larger than any file");
        write(oneTensor(8, 0, new long[] {1L << 40}, new long[] {0}), false);
        assertRefused("larger than the file of ");
    }

    @Test
    void refusesAForeignGlobal() throws IOException {
        write(
                new PickleWriter()
                        .proto(2)
                        .global("os", "system")
                        .text("rm")
                        .op(PickleOpcode.TUPLE1, PickleOpcode.REDUCE)
                        .stop(),
                false);
        assertRefused("refused global 'os.system'");
    }

    @Test
    void refusesOldFormats() throws IOException {
        byte[] legacy = new PickleWriter()
                .proto(2)
                .op(PickleOpcode.LONG1)
                .raw((byte) 10)
                .raw(new byte[10])
                .stop();
        Files.write(file, Arrays.copyOf(legacy, 600));
        assertRefused(
                "is not in PyTorch's zip format but in PyTorch's old pickle format; torch.load it in PyTorch 1.6");
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        Files.write(file, tar);
        assertRefused("PyTorch's old tar format");
        Files.write(file, new byte[0]);
        assertRefused("no format known here");
    }

    @Test
    void refusesArchivesThatTorchDidNotWrite() throws IOException {
        try (ZipWriter zip = new ZipWriter(file, false)) {
            zip.add("readme.txt", LITTLE);
        }
        assertRefused("a zip archive without a data.pkl");
        try (ZipWriter zip = new ZipWriter(file, false)) {
            zip.add("a/data.pkl", oneTensor(8, 0, new long[] {8}, new long[] {1}));
        }
        assertRefused("has no entry 'data/0'");
        try (ZipWriter zip = new ZipWriter(file, false)) {
            zip.add("a/data.pkl", LITTLE).add("a/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
        }
        assertRefused("big-endian");
    }

    @Test
    void refusesDamagedArchives() throws IOException {
        try (ZipWriter zip = new ZipWriter(file, false)) {
            zip.add("a/data.pkl", LITTLE, LITTLE.length, 0, 8);
        }
        assertRefused("entry 'a/data.pkl' is compressed or encrypted");
        try (ZipWriter zip = new ZipWriter(file, false)) {
            zip.add("a/data.pkl", LITTLE, LITTLE.length, 1, 0);
        }
        assertRefused("entry 'a/data.pkl' is compressed or encrypted");
        try (ZipWriter zip = new ZipWriter(file, false)) {
            zip.add("a/data.pkl", LITTLE).add("a/data.pkl", LITTLE);
        }
        assertRefused("entry 'a/data.pkl' appears twice");
        write(oneTensor(8, 0, new long[] {8}, new long[] {1}), false);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {whole.length - 1, whole.length - 22, whole.length - 98, whole.length / 2, 30}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused("has no central directory, so it is truncated");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs sparse files")
    void readsArchivesBeyondFourGibibytes() throws IOException {
        long gap = 5L << 30;
        PickleWriter pickle = new PickleWriter().proto(2).op(PickleOpcode.EMPTY_DICT, PickleOpcode.MARK);
        pickle.text("large").tensor("ByteStorage", "0", gap, 0, new long[] {gap}, new long[] {1});
        pickle.text("behind").tensor("ByteStorage", "1", 3, 0, new long[] {3}, new long[] {1});
        try (ZipWriter zip = new ZipWriter(file, true)) {
            zip.add("a/data.pkl", pickle.op(PickleOpcode.SETITEMS).stop());
            zip.add("a/data/0", new byte[0], gap).add("a/data/1", new byte[] {1, 2, 3});
        }
        Map<String, PthTensor> tensors = PthReader.read(file);
        assertThat(at(tensors, "large").bytes()).isEqualTo(gap);
        byte[] behind = new byte[3];
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "r")) {
            random.seek(at(tensors, "behind").offset());
            random.readFully(behind);
        }
        assertThat(behind).containsExactly(1, 2, 3);
    }
}
