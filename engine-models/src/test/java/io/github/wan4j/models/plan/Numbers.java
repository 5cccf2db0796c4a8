package io.github.wan4j.models.plan;

import io.github.wan4j.video.Expert;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Numbers of a model that no weights are behind. */
record Numbers(Rows rows, @Nullable Calibration measured) implements ModelNumbers {
    /** The row of the i-th timestep asked for. */
    interface Rows {
        float[] of(int i, double timestep);
    }

    static Numbers of(ToDoubleFunction<Integer> value) {
        return new Numbers((i, timestep) -> new float[] {(float) value.applyAsDouble(i)}, null);
    }

    @Override
    public float[][] timeEmbeddings(Expert expert, double[] timesteps, boolean projected) {
        float[][] all = new float[timesteps.length][];
        for (int i = 0; i < all.length; i++) {
            all[i] = rows.of(i, timesteps[i]);
        }
        return all;
    }

    @Override
    public Optional<Calibration> calibration() {
        return Optional.ofNullable(measured);
    }
}
