package io.github.wan4j.core.weights.pth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A small .pth file with tensors of all kinds: several dtypes, strided, sharing a storage, a parameter, a scalar. */
public final class PthSample {
    private PthSample() {}

    public static byte[] pickle() {
        PickleWriter pickle = new PickleWriter().proto(2);
        pickle.global("collections", "OrderedDict")
                .op(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE, PickleOpcode.MARK);
        pickle.text("matrix").tensor("FloatStorage", "0", 6, 0, new long[] {2, 3}, new long[] {3, 1});
        pickle.text("transposed").tensor("FloatStorage", "0", 6, 0, new long[] {3, 2}, new long[] {1, 3});
        pickle.text("column").tensor("FloatStorage", "0", 6, 1, new long[] {2}, new long[] {3});
        pickle.text("scalar").tensor("FloatStorage", "0", 6, 5, new long[0], new long[0]);
        pickle.text("bytes").tensor("ByteStorage", "1", 24, 1, new long[] {5}, new long[] {1});
        pickle.text("parameter").global("torch._utils", "_rebuild_parameter").op(PickleOpcode.MARK);
        pickle.tensor("BFloat16Storage", "1", 12, 2, new long[] {2, 2}, new long[] {4, 1});
        pickle.op(PickleOpcode.NEWTRUE, PickleOpcode.NONE, PickleOpcode.TUPLE, PickleOpcode.REDUCE);
        pickle.text("epoch").number(300).op(PickleOpcode.BINPUT).raw((byte) 1);
        pickle.text("again").op(PickleOpcode.BINGET).raw((byte) 1);
        return pickle.op(PickleOpcode.SETITEMS).stop();
    }

    /** The file with that pickle; storage 0 holds the floats 1 to 6, storage 1 the bytes 0 to 23. */
    public static void write(Path file, byte[] pickle, boolean wide) throws IOException {
        byte[] floats = new byte[24];
        byte[] bytes = new byte[24];
        for (int i = 0; i < 24; i++) {
            floats[i] = (byte) (Float.floatToIntBits(i / 4 + 1) >> (8 * (i % 4)));
            bytes[i] = (byte) i;
        }
        try (ZipWriter zip = new ZipWriter(file, wide)) {
            zip.add("m/data.pkl", pickle).add("m/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            zip.add("m/data/0", floats).add("m/data/1", bytes).add("m/version", new byte[] {'3', '\n'});
        }
    }
}
