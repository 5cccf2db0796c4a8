package io.github.wan4j.core.weights;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one load has taken from a checkpoint so far, and what was wrong with it. */
final class Binding {
    private final Checkpoint checkpoint;
    private final Set<String> taken = new TreeSet<>();
    private final Map<String, String> missing = new TreeMap<>();
    private final Map<String, String> misshaped = new TreeMap<>();
    private final List<Tensor> standIns = new ArrayList<>();

    Binding(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** Notes that a module takes this tensor; false if it cannot. */
    boolean fits(String path, long... shape) {
        if (!checkpoint.has(path)) {
            missing.put(path, "'" + path + "' " + Arrays.toString(shape));
            return false;
        }
        taken.add(path);
        TensorEntry entry = checkpoint.entry(path);
        if (!Arrays.equals(entry.shape(), shape)) {
            misshaped.put(path, "tensor '" + path + "' is " + entry + ", expected " + Arrays.toString(shape));
            return false;
        }
        return true;
    }

    /** A tensor without memory, which nobody will compute with: the load is going to fail. */
    Tensor standIn(DType dtype, long... shape) {
        try (Scope scope = Scope.open("weights.standIn")) {
            Tensor tensor = scope.release(Tensors.empty(dtype, Device.META, shape));
            standIns.add(tensor);
            return tensor;
        }
    }

    /** The entry of a tensor without which the load cannot go on. */
    TensorEntry require(String path) {
        if (!checkpoint.has(path)) {
            freeStandIns();
        }
        return checkpoint.entry(path);
    }

    private void freeStandIns() {
        standIns.forEach(Tensor::close);
        standIns.clear();
    }

    void requireAllTaken() {
        freeStandIns();
        Set<String> left = new TreeSet<>(checkpoint.names());
        left.removeAll(taken);
        List<String> problems = new ArrayList<>();
        if (!missing.isEmpty()) {
            problems.add(missing.size() + " missing: " + Names.cut(missing.values()));
        }
        if (!misshaped.isEmpty()) {
            problems.add(misshaped.size() + " misshaped: " + Names.cut(misshaped.values()));
        }
        if (!left.isEmpty()) {
            problems.add(left.size() + " left over: " + Names.list(left));
        }
        if (!problems.isEmpty()) {
            throw CheckpointException.of(
                    checkpoint.source(), "does not fit the model; tensors " + String.join("; ", problems));
        }
    }
}
