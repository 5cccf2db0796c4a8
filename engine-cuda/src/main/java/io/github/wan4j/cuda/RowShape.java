package io.github.wan4j.cuda;

import org.jspecify.annotations.Nullable;

/** How one block covers a row: {@code elements} side by side a thread, so many {@code warps}, in so many steps. */
record RowShape(int elements, int warps) {
    private static final int LANES = 32;
    private static final int MOST_WARPS = 5;
    private static final int MOST_STEPS = 16;
    private static final int MOST_WIDE_WARPS = 16;
    private static final int MOST_HELD = 56; // values of a thread

    /** 16 bytes of bf16 are 8 elements; where f32 takes part 4 elements make its 16. */
    static @Nullable RowShape of(long dim, boolean f32) {
        RowShape wide = f32 ? null : of(dim, 8);
        return wide != null ? wide : of(dim, 4);
    }

    /** For rows that stay in registers in f32, also such as the feed-forward's: more warps where a thread would hold too much. */
    static @Nullable RowShape wide(long dim, boolean f32) {
        RowShape narrow = of(dim, f32);
        if (narrow != null && dim / narrow.threads() <= MOST_HELD) {
            return narrow;
        }
        int elements = f32 || dim % (LANES * 8L) != 0 ? 4 : 8;
        long step = (long) LANES * elements;
        long parts = dim / step;
        for (int warps = MOST_WARPS + 1; warps <= MOST_WIDE_WARPS; warps++) {
            boolean fits = dim % step == 0 && parts % warps == 0;
            if (fits && parts / warps * elements <= MOST_HELD) {
                return new RowShape(elements, warps);
            }
        }
        return null;
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
