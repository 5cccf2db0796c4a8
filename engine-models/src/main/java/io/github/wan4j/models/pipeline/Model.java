package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.runtime.HostMemory;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.DeviceProfile;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.ModelNumbers;
import io.github.wan4j.models.plan.ModelShape;
import io.github.wan4j.models.plan.PlacementWishes;
import io.github.wan4j.models.plan.PlanRequest;
import io.github.wan4j.models.plan.Planner;
import io.github.wan4j.models.plan.Portions;
import io.github.wan4j.models.plan.Products;
import io.github.wan4j.models.text.PromptTokenizer;
import io.github.wan4j.models.text.TokenIds;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.Limits;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.Tokenizer;
import io.github.wan4j.video.VideoInfo;
import io.github.wan4j.video.VideoRequest;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** An opened model on one device: all that jobs share. Closed by its engine after the last job. */
public final class Model implements AutoCloseable {
    private final ModelInfo info;
    private final ModelShape shape;
    private final EngineConfig config;
    private final CheckpointNumbers numbers;
    private final PromptTokenizer tokenizer;
    private final Parts parts;
    private final PromptEncoder encoder;
    private final RatesFile rates;
    private final WeightFiles files;
    private final String version;

    /** Reads all headers and the tokenizer, so that whatever is wrong with the folder is found now; no weights yet. */
    public Model(ModelFolder folder, EngineConfig config, DeviceSession session, String version) {
        this.config = config;
        this.version = version;
        rates = new RatesFile(config.cacheDir(), session.info().name());
        info = folder.info();
        shape = folder.shape();
        Precision precision = config.precision(session.info().device());
        Fit.require(folder);
        files = WeightFiles.of(folder);
        numbers = CheckpointNumbers.of(folder, info, shape, config);
        tokenizer = PromptTokenizer.open(folder.tokenizer(), config.cacheDir()); // last: it is to be closed
        parts = new Parts(folder, session, precision, () -> Devices.find().open(Device.CPU, config));
        encoder = new PromptEncoder(tokenizer(), parts);
    }

    public ModelInfo info() {
        return info;
    }

    public Tokenizer tokenizer() {
        return text -> {
            TokenIds tokens = tokenizer.encode(text);
            return new Tokenizer.Tokens(
                    Arrays.stream(tokens.ids()).mapToObj(Math::toIntExact).toList(), tokens.total());
        };
    }

    Parts parts() {
        return parts;
    }

    CheckpointNumbers numbers() {
        return numbers;
    }

    PromptEncoder encoder() {
        return encoder;
    }

    /** Fills in defaults and makes the plan; touches no device. */
    ResolvedRequest resolve(VideoRequest request) {
        return RequestCheck.resolve(request, info, shape, target(), numbers);
    }

    /** The device with the memory that is free just now. */
    private Target target() {
        return Target.of(parts.session(), config, rates.rates()).withCachedWeights(files.cached());
    }

    DeviceProfile device() {
        return target().device();
    }

    /** How long a video of a size may be on this device. */
    public Limits limits(Size size) {
        List<String> problems = new ArrayList<>();
        VideoRequest request = VideoRequest.builder("")
                .size(size.width(), size.height())
                .frames(1)
                .build();
        Target target = target();
        PlanRequest planned = RequestCheck.planned(request, info, shape, target, problems);
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
        return Planner.limits(planned, target.device());
    }

    public List<String> problems(VideoRequest request) {
        return problems(request, info, shape, target(), numbers);
    }

    /** The same for a model that is not opened on any device. */
    public static List<String> problems(ModelFolder folder, EngineConfig config, VideoRequest request) {
        ModelInfo info = folder.info();
        ModelShape shape = folder.shape();
        Target anywhere = Target.of(DeviceProfile.cpu(1), config);
        return problems(request, info, shape, anywhere, CheckpointNumbers.of(folder, info, shape, config));
    }

    private static List<String> problems(
            VideoRequest request, ModelInfo info, ModelShape shape, Target target, ModelNumbers numbers) {
        try {
            ResolvedRequest fine = RequestCheck.resolve(request, info, shape, target, numbers);
            assert fine.plan() != null;
            return List.of();
        } catch (InvalidRequestException e) {
            return e.problems();
        }
    }

    public ExecutionPlan plan(VideoRequest request) {
        return resolve(request).plan();
    }

    /** In what portions the autoencoder takes so many latent frames of a picture when no plan says so. */
    Portions portions(Size picture, int latentFrames) {
        DeviceSession session = parts.session();
        boolean gpu = session.info().device().kind() != Device.Kind.CPU;
        return Portions.fitting(
                shape.vae(),
                parts.precision().products() == DType.F32 ? Products.FP32 : Products.BF16,
                picture,
                latentFrames,
                PlacementWishes.of(config),
                gpu,
                gpu ? session.memory().free() : Long.MAX_VALUE);
    }

    /** Learns from a job that was done as planned. */
    void learn(ExecutionPlan plan, RunReport.Seconds took) {
        rates.add(plan, took);
    }

    int latentChannels() {
        return shape.vae().latentChannels();
    }

    /** [C, T, h, w] f32 in the innermost scope. */
    Tensor onDevice(Latents latents) {
        FloatBuffer values = latents.values();
        float[] floats = new float[values.remaining()];
        values.get(floats);
        return Tensors.of(floats, latents.channels(), latents.frames(), latents.height(), latents.width())
                .to(parts.session().info().device(), DType.F32);
    }

    /** The beginning of a job's report: what it runs with. */
    RunReport.Builder report(ResolvedRequest request) {
        PlanRequest planned = request.plan().request();
        return RunReport.builder()
                .seed(request.seed())
                .settings(settings(request))
                .predicted(request.plan().prediction())
                .settings(Map.of("size", planned.size().toString(), "frames", planned.frames()));
    }

    /** What the device has chosen so far, with its reasons. */
    List<RunReport.Choice> choices() {
        return parts.session().choices().stream()
                .map(choice -> new RunReport.Choice(choice.name(), choice.value(), choice.why()))
                .toList();
    }

    /** {@code stages}: what is known of the device's by stage. */
    RunReport.PeakBytes peakBytes(Map<Stage, Long> stages) {
        OptionalLong host = HostMemory.now().peak();
        OptionalLong device = parts.session().info().device().kind() == Device.Kind.CPU
                ? OptionalLong.empty()
                : parts.session().memory().peak();
        return new RunReport.PeakBytes(
                host.isPresent() ? host.getAsLong() : null, device.isPresent() ? device.getAsLong() : null, stages);
    }

    VideoInfo videoInfo(ResolvedRequest request) {
        PlanRequest planned = request.plan().request();
        return new VideoInfo(
                info.name(),
                info.hash(),
                version,
                planned.size().width(),
                planned.size().height(),
                info.fps(),
                planned.frames(),
                request.seed(),
                settings(request));
    }

    /** Of latents that were decoded without a job. */
    VideoInfo videoInfo(Latents latents) {
        int stride = shape.vae().spatialStride();
        return new VideoInfo(
                info.name(),
                info.hash(),
                version,
                latents.width() * stride,
                latents.height() * stride,
                info.fps(),
                (latents.frames() - 1) * shape.vae().temporalStride() + 1,
                null,
                Map.of());
    }

    /** All that makes the video what it is, by the names of the command line. */
    Map<String, Object> settings(ResolvedRequest request) {
        PlanRequest planned = request.plan().request();
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("prompt", request.prompt().text());
        settings.put("negative", request.negative().text());
        settings.put("steps", planned.steps());
        settings.put("shift", planned.shift());
        settings.put(
                "guidance",
                Map.of(
                        "low", planned.guidance().low(),
                        "high", planned.guidance().high()));
        settings.put("solver", planned.solver().label());
        settings.put("image", request.image() != null || request.firstFrame() != null);
        settings.put("noise", request.noise() != null ? "given" : "seed");
        settings.put("device", parts.session().info().device().toString());
        settings.put(
                "precision", request.plan().placement().numerics().products().label());
        settings.put("tier", planned.options().tier().label());
        return settings;
    }

    /** Frees the networks, on the session's thread, then the tokenizer. */
    @Override
    public void close() {
        try {
            boolean freed = parts.session().call(() -> {
                parts.close();
                return true;
            });
            assert freed;
        } finally {
            tokenizer.close();
        }
    }
}
