package io.github.wan4j.models.wan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.tensor.Scope;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTimeEmbeddingTest {
    private static final double[] TIMESTEPS = {999, 833.333, 12, 0};

    @Test
    void isWhatTheNetworkComputes(@TempDir Path folder) {
        try (LoadedTransformer loaded = new LoadedTransformer(
                        LoadedTransformer.Net.TI2V, Precision.FP32, new ReferenceKernels(), folder);
                Scope scope = Scope.open("test")) {
            WanTransformer transformer = loaded.transformer();
            WanConfig config = transformer.config();
            float[][] e = HostTimeEmbedding.rows(loaded.checkpoint(), config, TIMESTEPS, false);
            float[][] e0 = HostTimeEmbedding.rows(loaded.checkpoint(), config, TIMESTEPS, true);
            for (int i = 0; i < TIMESTEPS.length; i++) {
                TimeRows rows = transformer.time(Timesteps.all(TIMESTEPS[i]));
                assertAlike(e[i], rows.e().toFloats());
                assertAlike(e0[i], rows.e0().toFloats());
            }
        }
    }

    private static void assertAlike(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-5 * largest));
        }
    }
}
