package io.github.wan4j.core.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.weights.pth.PthSample;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Eleven thousand damaged files, over a thousand of each kind. Each must either open with entries that lie within the
 * file and can be read to the last byte, or be refused with a {@link CheckpointException}; and neither may allocate more
 * than a small multiple of what the file is long, whatever lengths it speaks of.
 */
@ExtendWith(NoTensorLeaks.class)
@Timeout(120)
class FuzzTest {
    private static final System.Logger LOG = System.getLogger(FuzzTest.class.getName());
    private static final int FILES_PER_KIND = 1_100;

    // the opening alone costs some kilobytes, and JSON and pickles become objects a few dozen times their size
    private static final long ALLOWED_BYTES = 96 << 10;
    private static final long ALLOWED_PER_BYTE = 64;

    private static final String HEADER = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"b.weight\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]},"
            + "\"c\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[32,40]},"
            + "\"d\":{\"dtype\":\"U8\",\"shape\":[0,5],\"data_offsets\":[40,40]}}";
    private static final int DATA = 40;
    private static final Pattern OFFSETS = Pattern.compile("(?<=data_offsets\":\\[)\\d+|(?<=,)\\d+(?=\\]\\})");
    private static final Pattern DTYPE =
            Pattern.compile("\"(F32|BF16|I64|U8)\"|(?<=shape\":\\[)\\d+|(?<=,)\\d+(?=\\],)");
    private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|\\d+|[{}\\[\\]:,]");
    private static final List<String> DTYPES = List.of(
            "\"F64\"",
            "\"F16\"",
            "\"F8_E4M3\"",
            "\"F8_E5M2\"",
            "\"BOOL\"",
            "\"I8\"",
            "\"I32\"",
            "\"F32\"",
            "\"F4\"",
            "\"\"",
            "\"f32\"");

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Path folder;
    private final Path safetensors;
    private final Path pth;
    private final Path index;

    private long mostAllocated;

    FuzzTest(@TempDir Path folder) {
        this.folder = folder;
        safetensors = folder.resolve("a.safetensors");
        pth = folder.resolve("m.pth");
        index = folder.resolve("m.safetensors.index.json");
    }

    /** Damages the file at its place; the second number counts up within a kind. */
    private interface Damage {
        void write(Mutator mutator) throws IOException;
    }

    @BeforeEach
    void openTheUndamagedFiles() throws IOException {
        Files.write(safetensors, SafetensorsBytes.of(HEADER, DATA));
        assertThat(opens(safetensors)).isTrue();
        PthSample.write(pth, PthSample.pickle(), false);
        assertThat(opens(pth)).isTrue();
        Files.writeString(index, index("a.safetensors", "b.safetensors"));
        new SafetensorsWriter().add("x", new float[] {1}, 1).write(folder.resolve("b.safetensors"));
        assertThat(opens(index)).isTrue();
        assertThat(opens(folder.resolve("none.safetensors"))).isFalse();
    }

    private static String index(String first, String second) {
        return "{\"metadata\":{\"total_size\":44},\"weight_map\":{\"a\":\"" + first + "\",\"b.weight\":\"" + first
                + "\",\"c\":\"" + first + "\",\"d\":\"" + first + "\",\"x\":\"" + second + "\"}}";
    }

    @Test
    void survivesSafetensorsWithDamagedLengths() throws IOException {
        byte[] good = SafetensorsBytes.of(HEADER, DATA);
        fuzz("safetensors, lengths", safetensors, mutator -> {
            long length = mutator.number(HEADER.length());
            byte[] damaged = ByteBuffer.wrap(good.clone())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(0, length)
                    .array();
            Files.write(safetensors, mutator.below(3) == 0 ? mutator.splice(good) : damaged);
        });
    }

    @Test
    void survivesSafetensorsWithDamagedOffsets() throws IOException {
        fuzz("safetensors, offsets", safetensors, mutator -> {
            String header = mutator.token(HEADER, OFFSETS);
            header = mutator.below(2) == 0 ? mutator.token(header, OFFSETS) : header;
            Files.write(
                    safetensors, SafetensorsBytes.of(header, DATA + (mutator.below(4) == 0 ? mutator.below(9) : 0)));
        });
    }

    @Test
    void survivesSafetensorsWithDamagedDtypesAndShapes() throws IOException {
        fuzz("safetensors, dtypes", safetensors, mutator -> {
            String header = mutator.below(2) == 0
                    ? mutator.token(HEADER, DTYPE)
                    : HEADER.replace(
                            mutator.any(List.of("\"F32\"", "\"BF16\"", "\"I64\"", "\"U8\"")), mutator.any(DTYPES));
            Files.write(safetensors, SafetensorsBytes.of(header, DATA));
        });
    }

    @Test
    void survivesSafetensorsWithDamagedJson() throws IOException {
        fuzz("safetensors, JSON", safetensors, mutator -> {
            byte[] json = switch (mutator.below(3)) {
                case 0 -> Mutator.utf8(mutator.token(HEADER, WORD));
                case 1 -> mutator.splice(Mutator.utf8(HEADER));
                default -> mutator.overwrite(Mutator.utf8(HEADER), 0, HEADER.length());
            };
            Files.write(safetensors, SafetensorsBytes.of(json.length, json, DATA));
        });
    }

    @Test
    void survivesDamagedIndexes() throws IOException {
        fuzz("index, text", index, mutator -> {
            String good = index("a.safetensors", "b.safetensors");
            Files.write(
                    index,
                    switch (mutator.below(3)) {
                        case 0 -> Mutator.utf8(mutator.token(good, WORD));
                        case 1 -> mutator.splice(Mutator.utf8(good));
                        default -> mutator.overwrite(Mutator.utf8(good), 0, good.length());
                    });
        });
    }

    @Test
    void survivesIndexesOfDamagedShards() throws IOException {
        List<String> names =
                List.of("a.safetensors", "b.safetensors", "c.safetensors", "../a.safetensors", "m.pth", "");
        fuzz("index, shards", index, mutator -> {
            Files.writeString(index, index(mutator.any(names), mutator.any(names)));
            Files.write(
                    safetensors,
                    SafetensorsBytes.of(mutator.below(2) == 0 ? HEADER : mutator.token(HEADER, WORD), DATA));
        });
    }

    @Test
    void survivesPicklesWithOtherOpcodes() throws IOException {
        byte[] good = PthSample.pickle();
        String opcodes =
                "(.012FIJKLMNPQRSTUVXabcdeghijloqrstu)]}\u0080\u0081\u0082\u0085\u0086\u0087\u0088\u0089\u008a\u008b"
                        + "\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096";
        fuzz("pth, pickle opcodes", pth, mutator -> {
            byte[] damaged = good.clone();
            for (int times = 1 + mutator.below(3); times > 0; times--) {
                damaged[mutator.below(damaged.length)] = (byte) opcodes.charAt(mutator.below(opcodes.length()));
            }
            PthSample.write(pth, mutator.below(4) == 0 ? mutator.splice(damaged) : damaged, false);
        });
    }

    @Test
    void survivesPicklesWithOtherOperands() throws IOException {
        byte[] good = PthSample.pickle();
        fuzz(
                "pth, pickle operands",
                pth,
                mutator -> PthSample.write(pth, mutator.overwrite(good, 2, good.length), false));
    }

    @Test
    void survivesDamagedZipDirectories() throws IOException {
        PthSample.write(pth, PthSample.pickle(), false);
        byte[] narrow = Files.readAllBytes(pth);
        PthSample.write(pth, PthSample.pickle(), true);
        byte[] wide = Files.readAllBytes(pth);
        fuzz("pth, zip directory", pth, mutator -> {
            byte[] good = mutator.below(2) == 0 ? narrow : wide;
            long start = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong(good.length - 98 + 48);
            Files.write(pth, mutator.overwrite(good, (int) start, good.length));
        });
    }

    @Test
    void survivesDamagedZipEntries() throws IOException {
        PthSample.write(pth, PthSample.pickle(), false);
        byte[] good = Files.readAllBytes(pth);
        fuzz(
                "pth, zip entries",
                pth,
                mutator -> Files.write(
                        pth, mutator.below(3) == 0 ? mutator.splice(good) : mutator.overwrite(good, 0, good.length)));
    }

    private void fuzz(String kind, Path file, Damage damage) throws IOException {
        int opened = 0;
        for (int seed = 0; seed < FILES_PER_KIND; seed++) {
            damage.write(new Mutator(seed * 31L + kind.hashCode()));
            try {
                opened += opens(file) ? 1 : 0;
            } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError(kind + ", file " + seed + ": " + e, e);
            }
        }
        LOG.log(
                System.Logger.Level.INFO,
                "{0}: {1} files, {2} opened, {3} refused, at most {4} bytes allocated",
                kind,
                FILES_PER_KIND,
                opened,
                FILES_PER_KIND - opened,
                mostAllocated);
        assertThat(opened).as("files of " + kind + " that opened").isBetween(1, FILES_PER_KIND / 2);
    }

    /** Opens the file and reads all of it; false if it was refused. */
    private boolean opens(Path file) throws IOException {
        long before = threads.getCurrentThreadAllocatedBytes();
        try (Checkpoint checkpoint = Checkpoint.open(file);
                Scope scope = Scope.open("fuzz")) {
            assertAllocatedLittle(file, before);
            for (String name : checkpoint.names()) {
                assertConsistent(checkpoint, checkpoint.entry(name));
            }
            return true;
        } catch (CheckpointException e) {
            assertAllocatedLittle(file, before);
            assertThat(e.getMessage()).startsWith(folder.toString()).doesNotContain("\n");
            return false;
        }
    }

    private void assertAllocatedLittle(Path file, long before) throws IOException {
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        long size = Files.exists(file) ? Files.size(file) : 0;
        long allowed = ALLOWED_BYTES + ALLOWED_PER_BYTE * size;
        if (allocated > allowed) {
            allocated = allocatedByOpening(file); // the first time, the machine had code of its own to link
        }
        assertThat(allocated).as("bytes allocated for a file of " + size).isLessThanOrEqualTo(allowed);
        mostAllocated = Math.max(mostAllocated, allocated);
    }

    private long allocatedByOpening(Path file) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            Checkpoint.open(file).close();
        } catch (CheckpointException e) {
            return threads.getCurrentThreadAllocatedBytes() - before;
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static void assertConsistent(Checkpoint checkpoint, TensorEntry entry) throws IOException {
        long size = Files.size(entry.file());
        assertThat(entry.offset()).isNotNegative();
        assertThat(entry.bytes()).isBetween(0L, size - entry.offset());
        assertThat(entry.count() * entry.dtype().bytes()).isBetween(0L, size);
        Tensor copy = checkpoint.tensor(entry).copy(); // touches every byte
        assertThat(copy.shape()).isEqualTo(entry.shape());
        assertThat(copy.dtype()).isEqualTo(entry.dtype());
    }
}
