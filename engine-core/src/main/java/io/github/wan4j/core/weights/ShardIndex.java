package io.github.wan4j.core.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A checkpoint in several safetensors files: {@code {"metadata": {…}, "weight_map": {"name": "file", …}}}. Which files
 * there are is what the map says; the counts in their names mean nothing.
 */
final class ShardIndex {
    private final Path file;
    private final Map<String, String> shardOf;

    private ShardIndex(Path file, Map<String, String> shardOf) {
        this.file = file;
        this.shardOf = shardOf;
    }

    static ShardIndex read(Path file) {
        byte[] utf8;
        try {
            long size = Files.size(file);
            if (size > StrictJson.MAX_BYTES) {
                throw CheckpointException.of(file, "is no index: it has " + size + " bytes");
            }
            utf8 = Files.readAllBytes(file);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
        Map<String, String> shardOf = StrictJson.read(file, utf8, "the index", json -> parse(file, json));
        if (shardOf.isEmpty()) {
            throw CheckpointException.of(file, "the index has no weight_map, or an empty one");
        }
        return new ShardIndex(file, shardOf);
    }

    private static Map<String, String> parse(Path file, JsonParser json) throws IOException {
        Map<String, String> shardOf = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean weightMap = json.currentName().equals("weight_map");
            JsonToken value = json.nextToken();
            if (!weightMap) {
                json.skipChildren();
                continue;
            }
            if (value != JsonToken.START_OBJECT) {
                throw CheckpointException.of(file, "the weight_map of the index is not an object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken() != JsonToken.VALUE_STRING || !isPlainName(json.getText())) {
                    throw CheckpointException.ofTensor(
                            file, name, "is mapped to something other than the name of a file in this folder");
                }
                shardOf.put(name, json.getText());
            }
        }
        return shardOf;
    }

    /** An index must not reach out of its folder. */
    private static boolean isPlainName(String shard) {
        return shard.endsWith(".safetensors")
                && shard.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
    }

    /** The tensors of all shards, which must hold exactly what the index says. */
    Map<String, TensorEntry> entries() {
        Map<String, Map<String, TensorEntry>> shards = new TreeMap<>();
        for (String shard : new TreeSet<>(shardOf.values())) {
            shards.put(shard, SafetensorsHeader.read(existing(shard)).entries());
        }
        Map<String, TensorEntry> entries = new LinkedHashMap<>();
        Set<String> missing = new TreeSet<>();
        shardOf.forEach((name, shard) -> {
            TensorEntry entry = shards.getOrDefault(shard, Map.of()).get(name);
            if (entry == null) {
                missing.add(name + " in " + shard);
            } else {
                entries.put(name, entry);
            }
        });
        if (!missing.isEmpty()) {
            throw CheckpointException.of(
                    file, missing.size() + " tensors of the index are not in their shards: " + Names.cut(missing));
        }
        shards.forEach(this::requireIndexed);
        return entries;
    }

    private Path existing(String shard) {
        Path path = file.resolveSibling(shard);
        if (!Files.isRegularFile(path)) {
            long tensors = shardOf.values().stream().filter(shard::equals).count();
            throw CheckpointException.of(
                    file, "shard '" + shard + "' is missing, the index puts " + tensors + " tensors there");
        }
        return path;
    }

    private void requireIndexed(String shard, Map<String, TensorEntry> entries) {
        Set<String> extra = new TreeSet<>(entries.keySet());
        extra.removeIf(name -> shard.equals(shardOf.get(name)));
        if (!extra.isEmpty()) {
            throw CheckpointException.of(
                    file,
                    "shard '" + shard + "' holds " + extra.size() + " tensors that the index does not put there: "
                            + Names.list(extra));
        }
    }
}
