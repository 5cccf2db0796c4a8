package io.github.wan4j.core.tensor;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element types of tensors and checkpoints. */
public enum DType {
    F64(ScalarType.Double, 8),
    F32(ScalarType.Float, 4),
    F16(ScalarType.Half, 2),
    BF16(ScalarType.BFloat16, 2),
    F8_E4M3(ScalarType.Float8_e4m3fn, 1),
    F8_E5M2(ScalarType.Float8_e5m2, 1),
    I64(ScalarType.Long, 8),
    I32(ScalarType.Int, 4),
    I16(ScalarType.Short, 2),
    I8(ScalarType.Char, 1),
    U8(ScalarType.Byte, 1),
    BOOL(ScalarType.Bool, 1);

    private final ScalarType torchType;
    private final int bytes;

    DType(ScalarType torchType, int bytes) {
        this.torchType = torchType;
        this.bytes = bytes;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    ScalarType torchType() {
        return torchType;
    }

    static DType of(ScalarType type) {
        ScalarType interned = type.intern(); // JavaCPP hands out copies of enum constants
        for (DType dtype : values()) {
            if (dtype.torchType == interned) {
                return dtype;
            }
        }
        throw new IllegalArgumentException("unsupported torch dtype " + type);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
