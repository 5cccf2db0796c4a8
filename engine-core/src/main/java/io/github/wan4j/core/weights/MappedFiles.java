package io.github.wan4j.core.weights;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The mappings of a checkpoint's files: each is made when first needed and lasts until this is closed. */
final class MappedFiles implements AutoCloseable {
    private final Map<Path, Tensor> mappings = new HashMap<>();
    private boolean closed;

    /** A view of the mapped file, or a copy where the view's address would not suit the dtype. */
    synchronized Tensor tensor(TensorEntry entry) {
        if (entry.bytes() == 0) {
            return Tensors.empty(entry.dtype(), Device.CPU, entry.shape());
        }
        try (Scope scope = Scope.open("checkpoint.tensor")) {
            Tensor file = mapping(entry);
            int size = entry.dtype().bytes();
            if (entry.offset() % size != 0) {
                Tensor copy =
                        file.narrow(0, entry.offset(), entry.bytes()).copy().view(entry.dtype());
                return scope.keep(copy.asStrided(entry.shape(), entry.strides(), 0));
            }
            Tensor elements = file.narrow(0, entry.offset(), entry.bytes()).view(entry.dtype());
            return scope.keep(elements.asStrided(entry.shape(), entry.strides(), entry.offset() / size));
        }
    }

    private Tensor mapping(TensorEntry entry) {
        if (closed) {
            throw new IllegalStateException("the checkpoint of " + entry.file() + " is closed");
        }
        long size = size(entry.file());
        long end = entry.offset() + entry.bytes();
        Tensor known = mappings.get(entry.file());
        // reading a mapping beyond the end of its file kills the process, so ask each time
        if (end > size || (known != null && end > known.count())) {
            throw CheckpointException.ofTensor(
                    entry.file(),
                    entry.name(),
                    "ends at byte " + end + ", but the file, which has changed since it was opened, has " + size);
        }
        if (known != null) {
            return known;
        }
        try (Scope scope = Scope.open("checkpoint.map")) {
            Tensor mapping = scope.release(Tensors.mapped(entry.file(), size));
            mappings.put(entry.file(), mapping);
            return mapping;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        mappings.values().forEach(Tensor::close);
        mappings.clear();
    }
}
