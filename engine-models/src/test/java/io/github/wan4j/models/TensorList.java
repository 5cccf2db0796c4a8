package io.github.wan4j.models;

import io.github.wan4j.core.testkit.TestResources;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors of a full-size model: lines of the original name, its name in the other layout, and the shape. */
public record TensorList(List<Line> lines) {
    public record Line(String original, String other, List<Long> sizes) {
        public long[] shape() {
            return sizes.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** For example {@code t2v-a14b}. */
    public static TensorList of(String model) {
        return new TensorList(TestResources.lines("/tensors/" + model + ".txt").stream()
                .map(line -> line.split(" ", 3))
                .map(parts -> new Line(
                        parts[0],
                        parts[1],
                        Arrays.stream(parts[2].split(",", -1))
                                .map(Long::valueOf)
                                .toList()))
                .toList());
    }

    public Map<String, long[]> original() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        lines.forEach(line -> shapes.put(line.original(), line.shape()));
        return shapes;
    }

    public Map<String, long[]> other() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        lines.forEach(line -> shapes.put(line.other(), line.shape()));
        return shapes;
    }
}
