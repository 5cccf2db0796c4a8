package io.github.wan4j.core.weights.pth;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes pickles opcode by opcode, well formed or not. */
public final class PickleWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleWriter op(PickleOpcode... opcodes) {
        for (PickleOpcode opcode : opcodes) {
            out.write(opcode.code());
        }
        return this;
    }

    PickleWriter raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    PickleWriter raw(String latin1) {
        return raw(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** As Python begins a pickle of that protocol. */
    PickleWriter proto(int version) {
        return op(PickleOpcode.PROTO).raw((byte) version);
    }

    PickleWriter global(String module, String name) {
        return op(PickleOpcode.GLOBAL).raw(module + "\n" + name + "\n");
    }

    PickleWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return op(PickleOpcode.BINUNICODE).raw(little(utf8.length, 4)).raw(utf8);
    }

    PickleWriter number(long value) {
        return value >= 0 && value < 256
                ? op(PickleOpcode.BININT1).raw((byte) value)
                : op(PickleOpcode.LONG1).raw((byte) 8).raw(little(value, 8));
    }

    PickleWriter numbers(long... values) {
        op(PickleOpcode.MARK);
        for (long value : values) {
            number(value);
        }
        return op(PickleOpcode.TUPLE);
    }

    /** A persistent id: {@code count} elements of a storage class such as {@code FloatStorage} in {@code data/key}. */
    PickleWriter storage(String module, String type, String key, long count) {
        op(PickleOpcode.MARK)
                .text("storage")
                .global(module, type)
                .text(key)
                .text("cpu")
                .number(count);
        return op(PickleOpcode.TUPLE, PickleOpcode.BINPERSID);
    }

    /** A tensor as torch.save writes it. */
    PickleWriter tensor(String type, String key, long count, long offset, long[] shape, long[] strides) {
        global("torch._utils", "_rebuild_tensor_v2").op(PickleOpcode.MARK).storage("torch", type, key, count);
        number(offset).numbers(shape).numbers(strides).op(PickleOpcode.NEWFALSE);
        global("collections", "OrderedDict").op(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE);
        return op(PickleOpcode.TUPLE, PickleOpcode.REDUCE);
    }

    byte[] stop() {
        return op(PickleOpcode.STOP).bytes();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    static byte[] little(long value, int bytes) {
        byte[] all = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        return Arrays.copyOf(all, bytes);
    }
}
