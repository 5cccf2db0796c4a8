package io.github.wan4j.cuda;

import io.github.wan4j.cuda.cublas.Matmul.Form;
import io.github.wan4j.cuda.cublas.Matmul.Kernel;
import io.github.wan4j.cuda.cublas.Matmul.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Kernels of cuBLASLt for bf16 on Hopper that take less than the one that its heuristics propose, where the card is at its power
 * limit, as it is in a forward: measured on an H200. They give the same numbers bit for bit.
 */
record ProductTable(int computeMajor, long version) {
    private static final int HOPPER = 9;

    /** Their numbers mean something within one major version. */
    private static final long MEASURED = 13;

    private static final long VERSION_UNIT = 10_000;
    private static final long LEAST_ROWS = 16_384;
    private static final long WIDE = 4096;

    private static final Kernel OF_SQUARES = new Kernel(24, 5, 7);
    private static final Kernel OF_SMALL_SQUARES = new Kernel(32, 3, 5);
    private static final Kernel OF_PAIRS = new Kernel(23, 3, 7);

    /** Null: the heuristics' first is as good, or nobody knows. */
    @Nullable
    Kernel choose(Shape shape) {
        boolean measured = computeMajor == HOPPER && version / VERSION_UNIT == MEASURED && shape.rows() >= LEAST_ROWS;
        if (!measured || shape.out() < shape.in()) {
            return null;
        }
        if (shape.form() == Form.BF16_GELU) {
            return OF_SQUARES;
        }
        if (shape.out() == 2 * shape.in()) {
            return OF_PAIRS;
        }
        boolean square = shape.out() == shape.in();
        return !square ? null : shape.in() < WIDE ? OF_SMALL_SQUARES : OF_SQUARES;
    }
}
