package io.github.wan4j.core.weights;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Named tensors on disk. Opening reads headers; a file is mapped when the first of its tensors is asked for, and
 * unmapped when the checkpoint and the last tensor that views it are closed. May be used by several threads.
 */
public final class Checkpoint implements AutoCloseable {
    private final Path source;
    private final Map<String, TensorEntry> entries;
    private final MappedFiles files;

    Checkpoint(Path source, Map<String, TensorEntry> entries, MappedFiles files) {
        this.source = source;
        this.entries = Collections.unmodifiableMap(entries);
        this.files = files;
    }

    /**
     * Opens a {@code .safetensors} file, an {@code .index.json} with its shards beside it, a {@code .pth} or {@code .pt}
     * file in PyTorch's zip format, or a folder that holds one of these.
     */
    public static Checkpoint open(Path path) {
        return new Checkpoint(path, CheckpointFiles.entries(path), new MappedFiles());
    }

    /** What was opened; for messages. */
    public Path source() {
        return source;
    }

    /** In the order of the file. */
    public Set<String> names() {
        return entries.keySet();
    }

    public boolean has(String name) {
        return entries.containsKey(name);
    }

    /** The entry of that name; an error that names the tensor if there is none. */
    public TensorEntry entry(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) {
            throw CheckpointException.ofTensor(source, name, "is not in the checkpoint");
        }
        return entry;
    }

    /**
     * The tensor as it lies on disk, in host memory: usually a view of the mapped file, so read it, never write to it.
     * Owned by the innermost scope.
     */
    public Tensor tensor(TensorEntry entry) {
        return files.tensor(entry);
    }

    /** The files that hold tensors, sorted. */
    public List<Path> files() {
        Set<Path> files = new TreeSet<>();
        entries.values().forEach(entry -> files.add(entry.file()));
        return List.copyOf(files);
    }

    /**
     * This checkpoint under the names that {@code map} gives. Every name must be known to the map, and no two may
     * become one. The view shares the mappings: closing either closes both.
     */
    public Checkpoint renamed(NameMap map) {
        Map<String, TensorEntry> renamed = new LinkedHashMap<>();
        Map<String, String> originals = new LinkedHashMap<>();
        Set<String> unknown = new TreeSet<>();
        entries.forEach((name, entry) -> {
            String target = map.apply(name);
            if (target == null) {
                unknown.add(name);
            } else if (!target.isEmpty()) {
                String other = originals.put(target, name);
                if (other != null) {
                    throw CheckpointException.of(
                            source, "tensors '" + other + "' and '" + name + "' would both be called '" + target + "'");
                }
                renamed.put(target, entry.renamed(target));
            }
        });
        if (!unknown.isEmpty()) {
            throw CheckpointException.of(
                    source, unknown.size() + " tensors have names that no known layout has: " + Names.list(unknown));
        }
        return new Checkpoint(source, renamed, files);
    }

    /**
     * SHA-256 over names, dtypes and shapes in the order of names, and the sizes of the files in the order of theirs: tells
     * models apart without reading their gigabytes.
     */
    public String headerHash() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(entries)
                .forEach((name, entry) ->
                        text.append(name).append('\t').append(entry).append('\n'));
        for (Path file : files()) {
            text.append(size(file)).append('\n');
        }
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
    }

    /** Unmaps the files, as soon as no tensor views them any more. */
    @Override
    public void close() {
        files.close();
    }

    @Override
    public String toString() {
        return source + " (" + entries.size() + " tensors)";
    }
}
