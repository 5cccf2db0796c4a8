package io.github.wan4j.models.vae.v22;

import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;

/**
 * A shortcut past a level that grows, the reverse of {@link AvgDown}: each channel {@code out · factorT · factorS² / in}
 * times in a row, unfolded into time, height and width.
 */
final class DupUp {
    private final long out;
    private final long factorT;
    private final long factorS;

    DupUp(long out, long factorT, long factorS) {
        this.out = out;
        this.factorT = factorT;
        this.factorS = factorS;
    }

    /** x [1, in, T, H, W]; [1, out, T · factorT, H · factorS, W · factorS], less factorT − 1 frames at the start. */
    Tensor forward(Tensor x, FrameHistory past) {
        long in = x.size(1);
        long frames = x.size(2);
        long height = x.size(3);
        long width = x.size(4);
        long repeats = out * factorT * factorS * factorS / in;
        try (Scope scope = Scope.open("vae.dupUp")) {
            Tensor grown = x.unsqueeze(2)
                    .expand(1, in, repeats, frames, height, width)
                    .reshape(out, factorT, factorS, factorS, frames, height, width)
                    .permute(4, 1, 5, 2, 6, 3, 0) // channels last in memory
                    .reshape(1, frames * factorT, height * factorS, width * factorS, out)
                    .permute(0, 4, 1, 2, 3);
            long dropped = past.atStart() ? factorT - 1 : 0;
            return scope.keep(grown.narrow(2, dropped, frames * factorT - dropped));
        }
    }
}
