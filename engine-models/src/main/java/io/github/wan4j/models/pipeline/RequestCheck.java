package io.github.wan4j.models.pipeline;

import io.github.wan4j.models.image.FirstFrame;
import io.github.wan4j.models.image.ImageReader;
import io.github.wan4j.models.image.Rgb8;
import io.github.wan4j.models.plan.DeviceProfile;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.LatentShape;
import io.github.wan4j.models.plan.ModelNumbers;
import io.github.wan4j.models.plan.ModelShape;
import io.github.wan4j.models.plan.PlanOptions;
import io.github.wan4j.models.plan.PlanRequest;
import io.github.wan4j.models.plan.Planner;
import io.github.wan4j.models.plan.QualityTable;
import io.github.wan4j.models.plan.StepInterval;
import io.github.wan4j.models.plan.Wishes;
import io.github.wan4j.video.EncodedPrompt;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Shortcuts;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.VideoRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds a request against the model: fills in defaults, reads the image, and finds everything that is wrong at once. */
final class RequestCheck {
    /** The seed of a request that names none. */
    static final long DEFAULT_SEED = 42;

    private final ModelInfo model;
    private final ModelShape shape;
    private final Target target;
    private final List<String> problems = new ArrayList<>();

    private RequestCheck(ModelInfo model, ModelShape shape, Target target) {
        this.model = model;
        this.shape = shape;
        this.target = target;
    }

    static ResolvedRequest resolve(
            VideoRequest request, ModelInfo model, ModelShape shape, Target target, ModelNumbers numbers) {
        return new RequestCheck(model, shape, target).resolve(request, numbers);
    }

    /** What a plan follows from; what is wrong with it is added to {@code problems}. No image is asked for. */
    static PlanRequest planned(
            VideoRequest request, ModelInfo model, ModelShape shape, Target target, List<String> problems) {
        RequestCheck check = new RequestCheck(model, shape, target);
        FirstFrame image = request.hasImage() ? check.image(request, check.sizeAsked(request)) : null;
        PlanRequest planned = check.planned(request, image);
        problems.addAll(planned.problems());
        check.checkGuidance(planned.guidance());
        problems.addAll(check.problems);
        return planned;
    }

    private Size sizeAsked(VideoRequest request) {
        return request.size()
                .orElseGet(() -> request.firstFrame()
                        .map(this::sizeOf)
                        .orElse(model.defaults().size()));
    }

    private PlanRequest planned(VideoRequest request, @Nullable FirstFrame image) {
        ModelInfo.Defaults defaults = model.defaults();
        boolean pictured = image != null || request.firstFrame().isPresent();
        int frames = request.seconds().isPresent()
                ? model.framesFor(request.seconds().getAsDouble())
                : request.frames().orElse(defaults.frames());
        return new PlanRequest(
                shape,
                image == null ? sizeWithout(request, sizeAsked(request)) : image.size(),
                frames,
                request.steps().orElse(defaults.steps()),
                request.shift().orElse(defaults.shift()),
                request.solver().orElse(defaults.solver()),
                request.guidance().orElse(defaults.guidance()),
                options(request.shortcuts()).withImage(pictured && model.kind() == ModelKind.TI2V_5B));
    }

    private ResolvedRequest resolve(VideoRequest request, ModelNumbers numbers) {
        FirstFrame image = image(request, sizeAsked(request));
        PlanRequest planned = planned(request, image);
        ModelInfo.Defaults defaults = model.defaults();
        List<String> form = planned.problems();
        problems.addAll(form);
        checkGuidance(planned.guidance());
        ResolvedRequest.Text prompt = text(request.prompt().orElse(""), request.encodedPrompt(), "prompt");
        ResolvedRequest.Text negative = text(
                request.negativePrompt().orElse(defaults.negativePrompt()),
                request.encodedNegativePrompt(),
                "negative prompt");
        Latents noise = request.noise().orElse(null);
        Latents firstFrame = request.firstFrame().orElse(null);
        if (form.isEmpty()) { // what size and length are is known
            checkLatents(noise, firstFrame, LatentShape.of(shape.vae(), planned.size(), planned.frames()));
        }
        if (!problems.isEmpty()) {
            throw new InvalidRequestException(problems);
        }
        ExecutionPlan plan = plan(request, planned, target.device(), numbers);
        return new ResolvedRequest(
                plan,
                prompt,
                negative,
                image,
                firstFrame,
                request.seed().orElse(DEFAULT_SEED),
                noise,
                request.listener().orElse(new ProgressListener() {}),
                request.listener().isPresent() ? request.previewEvery().orElse(0) : 0);
    }

    /** As asked for, or the one that a wish for time or quality leads to. */
    static ExecutionPlan plan(
            VideoRequest request, PlanRequest planned, DeviceProfile device, @Nullable ModelNumbers numbers) {
        if (request.wish().isNone()) {
            return Planner.plan(planned, device, numbers);
        }
        Wishes wishes = new Wishes(request.wish(), QualityTable.of(planned.model()));
        return wishes.grant(planned, request.shortcuts().tier(), device, numbers)
                .explained(wishes.toString());
    }

    private PlanOptions options(Shortcuts asked) {
        PlanOptions options = PlanOptions.DEFAULT.withStrict(asked.strict()).withWishes(target.wishes());
        if (asked.tier() != null) {
            options = options.withTier(asked.tier());
        }
        if (asked.cache() != null) {
            options = options.withCache(asked.cache());
        }
        if (asked.guidance() != null) {
            options = options.withGuidanceInterval(
                    new StepInterval(asked.guidance().first(), asked.guidance().last()));
        }
        if (asked.batchGuidance() != null) {
            options = options.withBatchGuidance(asked.batchGuidance());
        }
        return asked.speedup() == null ? options : options.withSpeedup(asked.speedup());
    }

    private @Nullable FirstFrame image(VideoRequest request, Size budget) {
        if (!model.kind().takesImage()) {
            if (request.hasImage()) {
                problems.add(
                        model.name() + " makes videos from text alone, leave the image away or take a model of kind "
                                + ModelKind.TI2V_5B + " or " + ModelKind.I2V_A14B);
            }
            return null;
        }
        if (model.kind() == ModelKind.I2V_A14B && request.firstFrame().isPresent()) {
            problems.add(model.name() + " encodes its image itself, give the picture instead of latents");
            return null;
        }
        if (model.kind().needsImage() && !request.hasImage()) {
            problems.add(model.name() + " makes videos from an image, give one");
            return null;
        }
        try {
            Rgb8 picture = request.imageFile().isPresent()
                    ? ImageReader.read(request.imageFile().get())
                    : request.image().map(ImageReader::of).orElse(null);
            if (picture == null) {
                return null;
            }
            return model.kind() == ModelKind.TI2V_5B
                    ? FirstFrame.cropped(picture, budget)
                    : FirstFrame.stretched(picture, budget);
        } catch (InvalidRequestException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    /** Of the video that begins with an encoded picture. */
    private Size sizeOf(Latents picture) {
        int stride = shape.vae().spatialStride();
        return new Size(picture.width() * stride, picture.height() * stride);
    }

    /** With a picture only the area counts, also if there is something wrong with the picture. */
    private Size sizeWithout(VideoRequest request, Size asked) {
        boolean area = model.kind().needsImage()
                || request.imageFile().isPresent()
                || request.image().isPresent();
        int multiple = model.sizeMultiple();
        return area && model.kind().takesImage()
                ? new Size(
                        Math.max(1, asked.width() / multiple) * multiple,
                        Math.max(1, asked.height() / multiple) * multiple)
                : asked;
    }

    private void checkGuidance(Guidance guidance) {
        if (!model.kind().hasTwoExperts() && guidance.low() != guidance.high()) {
            problems.add("guidance is " + guidance + ", but " + model.name() + " has one transformer, give one number: "
                    + guidance.low());
        }
    }

    private ResolvedRequest.Text text(String text, Optional<EncodedPrompt> encoded, String what) {
        EncodedPrompt given = encoded.orElse(null);
        int dim = shape.transformer().textDim();
        if (given != null && given.dim() != dim) {
            problems.add(what + " is encoded in vectors of " + given.dim() + ", " + model.name() + " takes " + dim
                    + ": encode it with this model's text encoder");
        }
        return new ResolvedRequest.Text(text, given);
    }

    private void checkLatents(@Nullable Latents noise, @Nullable Latents firstFrame, LatentShape latent) {
        int[] expected = latent.shape();
        if (noise != null && !Arrays.equals(noise.shape(), expected)) {
            problems.add("noise has shape " + Arrays.toString(noise.shape()) + ", this size and length need "
                    + Arrays.toString(expected));
        }
        expected[1] = 1;
        if (firstFrame != null && !Arrays.equals(firstFrame.shape(), expected)) {
            problems.add("first frame has shape " + Arrays.toString(firstFrame.shape()) + ", this size needs "
                    + Arrays.toString(expected));
        }
    }
}
