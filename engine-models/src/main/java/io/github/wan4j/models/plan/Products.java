package io.github.wan4j.models.plan;

import io.github.wan4j.core.Precision;
import java.util.Locale;

/** What matrix products multiply. */
public enum Products {
    FP32(4),
    BF16(2),
    /** Row-wise scaled; the first and the last block stay in bf16. */
    FP8(1);

    private final int bytes;

    Products(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one weight. */
    public int bytes() {
        return bytes;
    }

    /** Bytes of one element of what lies between products. */
    int activationBytes() {
        return this == FP32 ? 4 : 2;
    }

    /** What the engine calls it. */
    public Precision precision() {
        return Precision.valueOf(name());
    }

    /** The name on the command line and in reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
