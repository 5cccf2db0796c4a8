package io.github.wan4j.cuda.compile;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Compiled kernels on disk, one file each, named by the hash of everything that went into them. Files appear whole or not at
 * all, so several processes may share the folder; a damaged one counts as absent and is written again.
 */
public final class CubinCache {
    private static final Logger LOG = System.getLogger(CubinCache.class.getName());
    private static final int MAGIC = 0x57414e31; // "WAN1"
    private static final int HASH_BYTES = 32;

    private final Path folder;

    public CubinCache(Path folder) {
        this.folder = folder;
    }

    /** The name under which a compilation is kept: source, headers, kernel, options and the compiler's version. */
    static String key(KernelSource source, String kernel, List<String> options, String compilerVersion) {
        MessageDigest hash = sha256();
        add(hash, source.file());
        add(hash, source.text());
        source.headers().forEach((name, text) -> {
            add(hash, name);
            add(hash, text);
        });
        add(hash, kernel);
        options.forEach(option -> add(hash, option));
        add(hash, compilerVersion);
        return HexFormat.of().formatHex(hash.digest(), 0, 16);
    }

    private static void add(MessageDigest hash, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        hash.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8)); // so that parts cannot run into each other
        hash.update(bytes);
    }

    /** What is kept under this key. */
    public Optional<Cubin> read(String key) {
        Path file = folder.resolve(key + ".cubin");
        try {
            return Optional.of(decode(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "compiling again because {0} is not readable: {1}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /** Keeps it. A folder that cannot be written costs the next start the compilation, nothing else. */
    public void write(String key, Cubin cubin) {
        Path file = folder.resolve(key + ".cubin");
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, key, ".part");
            try {
                Files.write(part, encode(cubin));
                move(part, file);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "compiled kernels are not kept: cannot write {0}: {1}", file, e.toString());
        }
    }

    private static void move(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING); // the checksum guards readers
        }
    }

    private static byte[] encode(Cubin cubin) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(MAGIC);
        out.writeUTF(cubin.entry());
        out.writeInt(cubin.code().length);
        out.write(cubin.code());
        out.write(sha256().digest(bytes.toByteArray()));
        return bytes.toByteArray();
    }

    private static Cubin decode(byte[] bytes) throws IOException {
        int end = Math.max(0, bytes.length - HASH_BYTES);
        byte[] hash = sha256().digest(Arrays.copyOf(bytes, end));
        if (!MessageDigest.isEqual(hash, Arrays.copyOfRange(bytes, end, bytes.length))) {
            throw new IOException("its checksum is wrong");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (in.readInt() != MAGIC) {
            throw new IOException("it is no cache file of this version");
        }
        String entry = in.readUTF();
        return new Cubin(entry, in.readNBytes(in.readInt()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
