package io.github.wan4j.core.weights;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.weights.pth.PthReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Finds out what a path is, and reads the headers of what it holds. */
final class CheckpointFiles {
    private static final List<String> INDEX = List.of(".index.json");
    private static final List<String> SAFETENSORS = List.of(".safetensors");
    private static final List<String> PTH = List.of(".pth", ".pt");

    private CheckpointFiles() {}

    static Map<String, TensorEntry> entries(Path path) {
        if (Files.isDirectory(path)) {
            return entries(modelFile(path));
        }
        if (!Files.exists(path)) {
            throw CheckpointException.of(path, "there is no such file or folder");
        }
        if (is(path, INDEX)) {
            return ShardIndex.read(path).entries();
        }
        if (is(path, SAFETENSORS)) {
            return SafetensorsHeader.read(path).entries();
        }
        if (is(path, PTH)) {
            return pth(path);
        }
        throw CheckpointException.of(path, "is no checkpoint; one ends in .safetensors, .index.json, .pth or .pt");
    }

    /** The one model in a folder: an index before a safetensors file before a .pth file. */
    private static Path modelFile(Path folder) {
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw CheckpointException.of(folder, "cannot be read: " + e, e);
        }
        for (List<String> kind : List.of(INDEX, SAFETENSORS, PTH)) {
            List<Path> found = files.stream().filter(file -> is(file, kind)).toList();
            if (found.size() == 1) {
                return found.get(0);
            }
            if (found.size() > 1) {
                List<String> names = found.stream()
                        .map(file -> file.getFileName().toString())
                        .toList();
                String hint = kind == SAFETENSORS
                        ? " and no index.json that says how they belong together"
                        : "; name the one to open";
                throw CheckpointException.of(
                        folder, "holds " + names.size() + " checkpoint files, " + Names.list(names) + hint);
            }
        }
        throw CheckpointException.of(
                folder,
                (files.isEmpty() ? "is empty" : "holds no checkpoint")
                        + "; one ends in .safetensors, .index.json, .pth or .pt");
    }

    private static boolean is(Path file, List<String> endings) {
        return endings.stream().anyMatch(file.getFileName().toString()::endsWith);
    }

    private static Map<String, TensorEntry> pth(Path file) {
        Map<String, TensorEntry> entries = new LinkedHashMap<>();
        PthReader.read(file).forEach((name, tensor) -> {
            long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            long[] strides =
                    tensor.strides().stream().mapToLong(Long::longValue).toArray();
            entries.put(
                    name, new TensorEntry(name, file, tensor.offset(), tensor.bytes(), tensor.dtype(), shape, strides));
        });
        return entries;
    }
}
