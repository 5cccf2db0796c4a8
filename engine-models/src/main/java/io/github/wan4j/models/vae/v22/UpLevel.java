package io.github.wan4j.models.vae.v22;

import io.github.wan4j.core.kernels.Repeated;
import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.vae.Stage;
import io.github.wan4j.models.vae.Upsample;

/**
 * Some blocks, upsampled, and added to that the level's input repeated: the reverse of {@link AvgDown}, with {@code times}
 * frames for each but the very first.
 */
record UpLevel(Stage blocks, Upsample upsample, int times) implements Stage {
    @Override
    public Tensor forward(Tensor x, FrameHistory past) {
        try (Scope scope = Scope.open("vae.up")) {
            Repeated shortcut = new Repeated(x, times, past.atStart() ? times - 1 : 0);
            return scope.keep(upsample.forward(blocks.forward(x, past), shortcut, past));
        }
    }
}
