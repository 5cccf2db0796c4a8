package io.github.wan4j.core.weights.pth;

import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a {@code .pth} file says about its tensors: a dict of tensors by name, or one under {@code state_dict}. */
public final class PthReader {
    private final Path file;
    private final Map<String, ZipStorage.Extent> extents;
    private final String root;
    private final long fileSize;

    private PthReader(Path file, Map<String, ZipStorage.Extent> extents, String root, long fileSize) {
        this.file = file;
        this.extents = extents;
        this.root = root;
        this.fileSize = fileSize;
    }

    /** The tensors by name, in the file's order; each lies within its storage and the storage within the file. */
    public static Map<String, PthTensor> read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            requireZip(file, channel, size);
            Map<String, ZipStorage.Extent> extents = ZipStorage.read(file, channel);
            String root = ZipStorage.root(extents.keySet());
            if (root == null) {
                throw CheckpointException.of(file, "is a zip archive without a data.pkl, so not written by torch.save");
            }
            return new PthReader(file, extents, root, size).read(channel);
        } catch (IOException e) {
            throw CheckpointException.of(file, "cannot be read: " + e, e);
        }
    }

    private static void requireZip(Path file, FileChannel channel, long size) throws IOException {
        ByteBuffer start = ZipStorage.read(channel, new ZipStorage.Extent(0, Math.min(size, 512)));
        if (start.remaining() >= 22 && start.getInt(0) == ZipStorage.LOCAL_HEADER) {
            return;
        }
        boolean pickle = start.remaining() >= 2 && start.get(0) == PickleOpcode.PROTO.code() && start.get(1) <= 5;
        boolean tar = start.remaining() == 512 && ZipStorage.text(start, 257, 5).equals("ustar");
        String kind =
                tar ? "PyTorch's old tar format" : pickle ? "PyTorch's old pickle format" : "no format known here";
        throw CheckpointException.of(
                file,
                "is not in PyTorch's zip format but in " + kind
                        + "; torch.load it in PyTorch 1.6 or later and torch.save it again");
    }

    private Map<String, PthTensor> read(FileChannel channel) throws IOException {
        ZipStorage.Extent order = extents.get(root + "byteorder");
        if (order != null && !text(channel, order).equals("little")) {
            throw CheckpointException.of(
                    file, "was written on a big-endian machine; only little-endian files are read");
        }
        ZipStorage.Extent pickle = extent("data.pkl");
        if (pickle.bytes() > Unpickler.MAX_BYTES) {
            throw CheckpointException.of(file, "its data.pkl of " + pickle.bytes() + " bytes is absurdly long");
        }
        Object top = Unpickler.read(file, ZipStorage.read(channel, pickle));
        Map<String, PthTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<?, ?> item : stateDict(top).entrySet()) {
            if (item.getValue() instanceof PickledTensor tensor && item.getKey() instanceof String name) {
                tensors.put(name, place(name, tensor));
            } else if (!isScalar(item.getValue())) {
                throw CheckpointException.of(
                        file, "holds '" + key(item.getKey()) + "', which is neither a tensor nor a number or text");
            }
        }
        return tensors;
    }

    private static String text(FileChannel channel, ZipStorage.Extent extent) throws IOException {
        int length = (int) Math.min(extent.bytes(), 16);
        return ZipStorage.text(ZipStorage.read(channel, new ZipStorage.Extent(extent.offset(), length)), 0, length);
    }

    private Map<?, ?> stateDict(Object top) {
        if (top instanceof Map<?, ?> map) {
            return map.get("state_dict") instanceof Map<?, ?> inner ? inner : map;
        }
        throw CheckpointException.of(file, "does not hold a dict of tensors");
    }

    private static boolean isScalar(@Nullable Object value) {
        return value instanceof Number
                || value instanceof Boolean
                || value instanceof String
                || value == Unpickler.NONE;
    }

    private static String key(Object key) {
        return key == Unpickler.NONE ? "None" : key.toString();
    }

    private ZipStorage.Extent extent(String entry) {
        ZipStorage.Extent extent = extents.get(root + entry);
        if (extent == null) {
            throw CheckpointException.of(file, "has no entry '" + entry + "'");
        }
        return extent;
    }

    private PthTensor place(String name, PickledTensor tensor) {
        PickledTensor.Storage storage = tensor.storage();
        ZipStorage.Extent extent = extent("data/" + storage.key());
        try {
            long bytes =
                    Math.multiplyExact(storage.count(), (long) storage.dtype().bytes());
            if (bytes > extent.bytes()) {
                throw CheckpointException.ofTensor(
                        file,
                        name,
                        "has a storage of " + bytes + " bytes, entry data/" + storage.key() + " has " + extent.bytes());
            }
            long size = tensor.dtype().bytes();
            long start = Math.multiplyExact(tensor.offset(), size);
            long length = Math.multiplyExact(span(tensor.shape(), tensor.strides()), size);
            long dense = Math.multiplyExact(count(tensor.shape()), size);
            if (start > bytes || length > bytes - start) {
                throw CheckpointException.ofTensor(
                        file,
                        name,
                        "is " + tensor.dtype() + tensor.shape() + " with strides " + tensor.strides() + " from element "
                                + tensor.offset() + " of a storage of " + bytes + " bytes");
            }
            if (dense > fileSize) { // strides of 0 make large tensors of nothing
                throw CheckpointException.ofTensor(
                        file,
                        name,
                        "is " + tensor.dtype() + tensor.shape() + ", larger than the file of " + fileSize + " bytes");
            }
            return new PthTensor(extent.offset() + start, length, tensor.dtype(), tensor.shape(), tensor.strides());
        } catch (ArithmeticException e) {
            throw CheckpointException.ofTensor(
                    file,
                    name,
                    "is " + tensor.dtype() + tensor.shape() + " with strides " + tensor.strides()
                            + ", larger than any file");
        }
    }

    /** Elements of the tensor; an overflow is an ArithmeticException even where a zero follows. */
    private static long count(List<Long> shape) {
        long count = 1;
        for (long size : shape) {
            count = Math.multiplyExact(count, Math.max(size, 1));
        }
        return shape.contains(0L) ? 0 : count;
    }

    /** Elements of the storage from the first to the last one used. */
    private static long span(List<Long> shape, List<Long> strides) {
        if (shape.contains(0L)) {
            return 0;
        }
        long last = 0;
        for (int i = 0; i < shape.size(); i++) {
            last = Math.addExact(last, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
        }
        return Math.addExact(last, 1);
    }
}
