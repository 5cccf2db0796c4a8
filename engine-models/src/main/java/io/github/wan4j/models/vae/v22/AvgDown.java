package io.github.wan4j.models.vae.v22;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;

/**
 * A shortcut past a level that shrinks: time, height and width folded into the channels (channel slowest, then the offsets
 * in t, y, x), and the mean of each {@code in · factorT · factorS² / out} channels in a row.
 */
final class AvgDown {
    private final long out;
    private final long factorT;
    private final long factorS;

    AvgDown(long out, long factorT, long factorS) {
        this.out = out;
        this.factorT = factorT;
        this.factorS = factorS;
    }

    /**
     * x [1, in, T, H, W]; [1, out, ⌈T / factorT⌉, H / factorS, W / factorS]. An odd number of frames occurs at the start of a
     * sequence only: a frame of zeros goes before them.
     */
    Tensor forward(Tensor x) {
        if (factorT == 1 && factorS == 1 && x.size(1) == out) {
            return x;
        }
        try (Scope scope = Scope.open("vae.avgDown")) {
            Tensor even = x.pad(0, 0, 0, 0, Math.floorMod(-x.size(2), factorT), 0);
            long frames = even.size(2) / factorT;
            long height = even.size(3) / factorS;
            long width = even.size(4) / factorS;
            return scope.keep(even.reshape(x.size(1), frames, factorT, height, factorS, width, factorS)
                    .permute(1, 3, 5, 0, 2, 4, 6)
                    .reshape(1, frames, height, width, out, -1)
                    .mean(false, -1)
                    .permute(0, 4, 1, 2, 3));
        }
    }
}
