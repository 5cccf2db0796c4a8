package io.github.wan4j.models.load;

import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bundled models. They travel as resources of the artifact {@code wan4j-mini-models} and are unpacked once into the
 * user's cache folder; every use checks the hash of every file, and a damaged copy is replaced.
 */
final class MiniModels {
    private static final String ROOT = "wan4j/models/";
    private static final String LIST = ROOT + "files.sha256";

    private MiniModels() {}

    /** The folder of a bundled model, unpacked and whole. */
    static Path unpack(String name, Path cacheDir) {
        Map<String, String> files = files(name);
        Path folder = cacheDir.resolve("models")
                .resolve(name + "-" + hash(files.toString()).substring(0, 12));
        if (isWhole(folder, files)) {
            return folder;
        }
        try {
            unpack(name, folder, files);
        } catch (IOException e) {
            throw CheckpointException.of(folder, "the bundled model " + name + " cannot be unpacked there: " + e, e);
        }
        return folder;
    }

    /** One thread of one process at a time; whoever comes second finds the folder in place. */
    private static synchronized void unpack(String name, Path folder, Map<String, String> files) throws IOException {
        Path parent = Files.createDirectories(folder.toAbsolutePath().getParent());
        try (FileChannel channel =
                        FileChannel.open(parent.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid() || isWhole(folder, files)) {
                return;
            }
            Path fresh = Files.createTempDirectory(parent, name + "-");
            try {
                for (Map.Entry<String, String> file : files.entrySet()) {
                    copy(name + "/" + file.getKey(), fresh.resolve(file.getKey()));
                }
                if (!isWhole(fresh, files)) {
                    throw new IOException(
                            "a file does not have the hash that the artifact wan4j-mini-models lists for it");
                }
                delete(folder);
                Files.move(fresh, folder);
            } finally {
                delete(fresh);
            }
        }
    }

    /** Relative path to SHA-256 of the files of one model. */
    private static Map<String, String> files(String name) {
        Map<String, String> files = new LinkedHashMap<>();
        try (InputStream list = resource(LIST)) {
            if (list == null) {
                throw CheckpointException.of(
                        Path.of(name),
                        "this bundled model is not on the class path; add the artifact io.github.wan4j:wan4j-mini-models");
            }
            new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                String[] parts = line.strip().split("\\s+", 2);
                if (parts.length == 2 && parts[1].startsWith(name + "/")) {
                    files.put(parts[1].substring(name.length() + 1), parts[0]);
                }
            });
        } catch (IOException e) {
            throw CheckpointException.of(
                    Path.of(name), "the list of bundled models cannot be read: " + e.getMessage(), e);
        }
        if (files.isEmpty()) {
            throw CheckpointException.of(
                    Path.of(name), "the artifact io.github.wan4j:wan4j-mini-models on the class path does not hold it");
        }
        return files;
    }

    private static boolean isWhole(Path folder, Map<String, String> files) {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            try {
                if (!Files.isRegularFile(path) || !hash(path).equals(file.getValue())) {
                    return false;
                }
            } catch (IOException e) {
                return false; // unreadable is damaged: it is unpacked again, and that error is reported
            }
        }
        return true;
    }

    private static void copy(String resource, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        try (InputStream in = resource(ROOT + resource)) {
            if (in == null) {
                throw new IOException("resource " + ROOT + resource + " is missing");
            }
            Files.copy(in, target);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    private static @Nullable InputStream resource(String name) {
        return MiniModels.class.getClassLoader().getResourceAsStream(name);
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
