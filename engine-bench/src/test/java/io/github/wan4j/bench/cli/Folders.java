package io.github.wan4j.bench.cli;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.ModelSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Model folders in which one thing is wrong. */
final class Folders {
    static final String FIRST_SHARD = "diffusion_pytorch_model-00001-of-00003.safetensors";
    private static final Pattern MATRIX = Pattern.compile("\"shape\": ?\\[(\\d+), ?(\\d+)\\]");

    private Folders() {}

    /** A copy of the bundled TI2V model; its transformer is in three shards. */
    static Path ti2v(Path folder) throws IOException {
        Path mini = ModelFolder.open(
                        ModelSource.of("mini-ti2v"),
                        EngineConfig.fromEnvironment().cacheDir())
                .folder();
        try (Stream<Path> files = Files.walk(mini)) {
            for (Path file : files.toList()) {
                Path target = folder.resolve(mini.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return folder;
    }

    static Path truncated(Path folder) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(ti2v(folder).resolve(FIRST_SHARD).toFile(), "rw")) {
            file.setLength(file.length() - 100);
        }
        return folder;
    }

    static Path withoutAShard(Path folder) throws IOException {
        Files.delete(ti2v(folder).resolve(FIRST_SHARD));
        return folder;
    }

    static Path withOverlap(Path folder) throws IOException {
        byte[] header = ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + 12).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(
                ti2v(folder).resolve(FIRST_SHARD),
                file.putLong(header.length).put(header).array());
        return folder;
    }

    /** The first matrix that is no square gets its sides swapped, so that nothing but its shape is wrong. */
    static Path withAWrongShape(Path folder) throws IOException {
        Path shard = ti2v(folder).resolve(FIRST_SHARD);
        byte[] bytes = Files.readAllBytes(shard);
        int length = Math.toIntExact(
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
        String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
        Matcher matrix = MATRIX.matcher(header);
        while (matrix.find()) {
            if (!matrix.group(1).equals(matrix.group(2))) {
                String swapped = matrix.group()
                        .replace(
                                matrix.group(1)
                                        + matrix.group()
                                                .substring(
                                                        matrix.end(1) - matrix.start(),
                                                        matrix.start(2) - matrix.start())
                                        + matrix.group(2),
                                matrix.group(2)
                                        + matrix.group()
                                                .substring(
                                                        matrix.end(1) - matrix.start(),
                                                        matrix.start(2) - matrix.start())
                                        + matrix.group(1));
                byte[] changed = swapped.getBytes(StandardCharsets.UTF_8);
                System.arraycopy(changed, 0, bytes, 8 + matrix.start(), changed.length);
                Files.write(shard, bytes);
                return folder;
            }
        }
        throw new IllegalStateException("no matrix in " + shard);
    }

    /** The VAE's file, were it loaded by a careless program, would start another. */
    static Path withAForeignGlobal(Path folder) throws IOException {
        byte[] pickle = "\u0080\u0002cos\nsystem\n.".getBytes(StandardCharsets.ISO_8859_1);
        Path vae = ti2v(folder).resolve("Wan2.2_VAE.pth");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(vae))) {
            store(zip, "archive/data.pkl", pickle);
            store(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
        return folder;
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Everything below a folder, by name. */
    static List<String> contents(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
