package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.models.load.ModelDefaults;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.ModelNumbers;
import io.github.wan4j.models.plan.ModelShape;
import io.github.wan4j.models.plan.PlanRequest;
import io.github.wan4j.models.plan.Planner;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Limits;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.VideoRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plans without an engine: for a folder, or for a published model by its kind, whose weights need not be there. */
public final class DryRun {
    private static final WeightFiles NO_FILES = new WeightFiles(List.of());

    private final ModelInfo info;
    private final ModelShape shape;
    private final @Nullable ModelNumbers numbers;
    private final WeightFiles files;

    private DryRun(ModelInfo info, ModelShape shape, @Nullable ModelNumbers numbers, WeightFiles files) {
        this.info = info;
        this.shape = shape;
        this.numbers = numbers;
        this.files = files;
    }

    /** A bundled model, a kind such as {@code t2v-a14b}, or else a folder. */
    public static DryRun of(String model, EngineConfig config) {
        Optional<ModelKind> kind = ModelKind.of(model);
        if (kind.isPresent()) {
            ModelDefaults defaults = ModelDefaults.of(kind.get());
            ModelInfo published = new ModelInfo(
                    kind.get(),
                    model,
                    Path.of(model),
                    defaults.forRequests(),
                    defaults.fps(),
                    ModelDefaults.sizeMultiple(kind.get()),
                    "");
            return new DryRun(published, ModelShape.of(kind.get()), null, NO_FILES);
        }
        ModelFolder folder = ModelFolder.open(ModelSource.of(model), config.cacheDir());
        ModelInfo info = folder.info();
        ModelShape shape = folder.shape();
        return new DryRun(info, shape, CheckpointNumbers.of(folder, info, shape, config), WeightFiles.of(folder));
    }

    /** What a job would do on a device. An image that the model needs may be missing: the size asked for stands. */
    public ExecutionPlan plan(VideoRequest request, Target target) {
        Target near = files.equals(NO_FILES) ? target : target.withCachedWeights(files.cached());
        return RequestCheck.plan(request, planned(request, near), near.device(), numbers);
    }

    /** The longest video of the size asked for that fits. */
    public Limits limits(VideoRequest request, Target target) {
        return Planner.limits(planned(request, target), target.device());
    }

    private PlanRequest planned(VideoRequest request, Target target) {
        List<String> problems = new ArrayList<>();
        PlanRequest planned = RequestCheck.planned(request, info, shape, target, problems);
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
        return planned;
    }
}
