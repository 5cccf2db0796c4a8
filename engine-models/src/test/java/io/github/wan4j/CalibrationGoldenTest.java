package io.github.wan4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.testkit.Golden;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.Calibration;
import io.github.wan4j.models.wan.HostTimeEmbedding;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.VideoRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What reuse goes by, as the reference measured it. */
class CalibrationGoldenTest {
    private static final double RATIOS = 1e-3;
    private static final double EMBEDDINGS = 1e-5;

    @Test
    void ratiosOfWhatTheBlocksAdd() {
        List<VideoRequest> requests = List.of(VideoRequest.builder("a red circle moves right on a black background")
                .seed(42)
                .build());
        Calibration calibration;
        try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
            calibration = engine.calibrate(requests);
        }
        assertThat(calibration.runs().steps()).isEqualTo(20);
        for (Expert expert : List.of(Expert.HIGH, Expert.LOW)) {
            for (Branch branch : Branch.values()) {
                float[] expected = golden("ratio_" + expert.label() + "_" + branch.label());
                double[] measured = calibration.ratios(expert, branch).stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray();
                assertThat(measured).hasSameSizeAs(expected);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Math.abs(measured[i] - expected[i]) <= RATIOS)
                            .as(
                                    "%s %s: ratio %d is %s, the reference's %s",
                                    expert, branch, i, measured[i], expected[i])
                            .isTrue();
                }
            }
        }
    }

    @Test
    void timeEmbeddingsOnTheHost() {
        ModelFolder folder = ModelFolder.open(
                ModelSource.of("mini-t2v"), EngineConfig.fromEnvironment().cacheDir());
        double[] timesteps = doubles(golden("timesteps"));
        for (Expert expert : List.of(Expert.HIGH, Expert.LOW)) {
            try (Checkpoint transformer = folder.transformer(expert)) {
                float[][] rows = HostTimeEmbedding.rows(
                        transformer, folder.transformerConfig(expert, transformer), timesteps, false);
                assertThat(GoldenRun.relativeError(joined(rows), golden("time_embedding_" + expert.label())))
                        .isLessThan(EMBEDDINGS);
            }
        }
    }

    private static float[] golden(String name) {
        try (Golden file = Golden.open("e2e_t2v_cached_none");
                Scope scope = Scope.open("golden")) {
            return file.tensor(name).toFloats();
        }
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    private static float[] joined(float[][] rows) {
        List<Float> all = new ArrayList<>();
        for (float[] row : rows) {
            for (float value : row) {
                all.add(value);
            }
        }
        float[] joined = new float[all.size()];
        for (int i = 0; i < joined.length; i++) {
            joined[i] = all.get(i);
        }
        return joined;
    }
}
