package io.github.wan4j.models.vae;

import io.github.wan4j.core.nn.FrameHistory;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;

/** A part of an encoder or decoder. */
@FunctionalInterface
public interface Stage {
    /** x [1, C, T, H, W], the next frames of the sequence whose earlier frames are in {@code past}. */
    Tensor forward(Tensor x, FrameHistory past);

    /** One after the other. What lies between two stages is freed as soon as the second is done: up to 2 GB each at 720p. */
    static Stage sequence(Stage... stages) {
        return (x, past) -> {
            try (Scope scope = Scope.open("vae.stages")) {
                Tensor current = x;
                for (Stage stage : stages) {
                    Tensor next = stage.forward(current, past);
                    if (current != x && current != next) {
                        current.close();
                    }
                    current = next;
                }
                return scope.keep(current);
            }
        };
    }
}
