package io.github.wan4j.cuda;

import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@link Rows} as kernels take them: an address, the tokens that take row 0, and the elements from row 0 to row 1. */
record Gate(long address, long split, long stride) {
    private static final Gate NONE = new Gate(0, 0, 0);

    /** Null where the rows do not lie as a kernel needs them. */
    static @Nullable Gate of(@Nullable Rows rows, long tokens, long dim) {
        if (rows == null) {
            return NONE;
        }
        Tensor values = rows.values();
        boolean fits = values.dtype() == DType.F32
                && values.size(1) == dim
                && (dim == 1 || values.stride(1) == 1)
                && Memory.isAligned(values)
                && values.stride(0) % 4 == 0;
        if (!fits) {
            return null;
        }
        boolean shared = values.size(0) == 1;
        return new Gate(Memory.address(values), shared ? tokens : rows.split(), shared ? 0 : values.stride(0));
    }

    /** Rows for a trial, two of them, three elements of a larger table apart, where there are any. */
    static @Nullable Rows sample(SelfCheck check, @Nullable Rows like, long dim) {
        return like == null ? null : two(check, dim, 0);
    }

    static Rows two(SelfCheck check, long dim, long part) {
        Tensor table = check.sample(DType.F32, 2, 3 * dim);
        return new Rows(table.narrow(1, part * dim, dim), 2);
    }
}
