package io.github.wan4j.cuda;

import org.jspecify.annotations.Nullable;

/** How one block covers a row: {@code elements} side by side a thread, so many {@code warps}, in so many steps. */
record RowShape(int elements, int warps) {
    private static final int LANES = 32;
    private static final int MOST_WARPS = 5;
    private static final int MOST_STEPS = 16;

    /** 16 bytes of bf16 are 8 elements; where f32 takes part 4 elements make its 16. */
    static @Nullable RowShape of(long dim, boolean f32) {
        RowShape wide = f32 ? null : of(dim, 8);
        return wide != null ? wide : of(dim, 4);
    }

    private static @Nullable RowShape of(long dim, int elements) {
        long step = (long) LANES * elements;
        if (dim % step != 0) {
            return null;
        }
        long parts = dim / step;
        int warps = 1;
        for (int w = 2; w <= MOST_WARPS; w++) {
            warps = parts % w == 0 ? w : warps;
        }
        return parts / warps <= MOST_STEPS ? new RowShape(elements, warps) : null;
    }

    int threads() {
        return LANES * warps;
    }

    /** Whether each thread stays at one place of a head of this size in all its steps. */
    boolean fitsHead(long head) {
        return head > 0 && (long) threads() * elements % head == 0 && head % elements == 0;
    }
}
