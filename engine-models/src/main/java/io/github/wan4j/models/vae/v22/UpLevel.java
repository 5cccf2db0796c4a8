package io.github.wan4j.models.vae.v22;

import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.vae.Stage;

/** Some stages and, added to their result, their input repeated. */
record UpLevel(Stage stages, DupUp shortcut) implements Stage {
    @Override
    public Tensor forward(Tensor x, FrameHistory past) {
        try (Scope scope = Scope.open("vae.up")) {
            return scope.keep(stages.forward(x, past).add(shortcut.forward(x, past)));
        }
    }
}
