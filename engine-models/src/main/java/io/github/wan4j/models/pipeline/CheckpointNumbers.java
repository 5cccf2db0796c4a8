package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.models.load.CalibrationFiles;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.Calibration;
import io.github.wan4j.models.plan.Calibration.Subject;
import io.github.wan4j.models.plan.ModelNumbers;
import io.github.wan4j.models.plan.ModelShape;
import io.github.wan4j.models.wan.HostTimeEmbedding;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.ModelInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The numbers of a model that is there: time embeddings from its weights, on the host, and what was measured on it. */
final class CheckpointNumbers implements ModelNumbers {
    private static final int REMEMBERED = 4; // two experts, for e or e0, of the schedule that is usual

    private record Asked(Expert expert, List<Double> timesteps, boolean projected) {}

    private final ModelFolder folder;
    private final CalibrationFiles calibrations;
    private final Map<Asked, float[][]> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, float[][]> eldest) {
            return size() > REMEMBERED;
        }
    };

    private CheckpointNumbers(ModelFolder folder, CalibrationFiles calibrations) {
        this.folder = folder;
        this.calibrations = calibrations;
    }

    static CheckpointNumbers of(ModelFolder folder, ModelInfo info, ModelShape shape, EngineConfig config) {
        Subject subject = new Subject(
                info.name(),
                info.kind(),
                shape.transformer().dim(),
                shape.transformer().layers(),
                info.hash());
        return new CheckpointNumbers(
                folder, new CalibrationFiles(subject, folder.folder(), config.cacheDir(), config.calibration()));
    }

    @Override
    public synchronized float[][] timeEmbeddings(Expert expert, double[] timesteps, boolean projected) {
        List<Double> key = Arrays.stream(timesteps).boxed().collect(Collectors.toList());
        return remembered.computeIfAbsent(new Asked(expert, key, projected), asked -> {
            try (Checkpoint transformer = folder.transformer(expert)) {
                return HostTimeEmbedding.rows(
                        transformer, folder.transformerConfig(expert, transformer), timesteps, projected);
            }
        });
    }

    @Override
    public Optional<Calibration> calibration() {
        return calibrations.find();
    }

    CalibrationFiles calibrations() {
        return calibrations;
    }
}
