package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.WeightStore;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.Expert;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Whether a network can be bound to a checkpoint: by names and shapes, on a device without memory. Takes milliseconds, so
 * that nobody learns after minutes of loading that a tensor is missing.
 */
record Fit(Supplier<Checkpoint> open, Binder binder) {
    /** Makes a network of a checkpoint's weights. */
    interface Binder {
        Object bind(Checkpoint checkpoint, Weights weights);
    }

    /** Every part of a model, by the name that users read. */
    static Map<String, Fit> of(ModelFolder folder) {
        ReferenceKernels kernels = new ReferenceKernels();
        Map<String, Fit> fits = new LinkedHashMap<>();
        for (Expert expert : folder.experts()) {
            fits.put(
                    expert == Expert.SINGLE ? "transformer" : expert.label() + " noise",
                    new Fit(
                            () -> folder.transformer(expert),
                            (checkpoint, weights) ->
                                    Parts.transformer(folder, expert, checkpoint, weights, Precision.FP32, kernels)));
        }
        fits.put(
                "text encoder",
                new Fit(
                        folder::textEncoder,
                        (checkpoint, weights) -> Parts.textEncoder(weights, Precision.FP32, kernels)));
        fits.put(
                "VAE",
                new Fit(
                        folder::vae,
                        (checkpoint, weights) -> Parts.vae(folder.kind(), weights, Precision.FP32, kernels)));
        return fits;
    }

    /** Throws what is wrong with the first part that does not fit. */
    static void require(ModelFolder folder) {
        for (Fit fit : of(folder).values()) {
            try (Checkpoint checkpoint = fit.open().get()) {
                fit.require(checkpoint);
            }
        }
    }

    /** Throws a {@code CheckpointException} that lists all names that are missing, misshaped or left over. */
    void require(Checkpoint checkpoint) {
        try (Scope scope = Scope.open("fit");
                WeightStore store = new ResidentStore(Device.META, new ReferenceKernels())) {
            Weights weights = Weights.of(checkpoint, store);
            Object network = binder.bind(checkpoint, weights);
            assert network != null;
            weights.requireAllTaken();
        }
    }
}
