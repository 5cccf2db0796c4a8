package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.image.FirstFrame;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.LatentShape;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.models.vae.Vae;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.EncodedPrompt;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.Tokenizer;
import io.github.wan4j.video.VideoHandler;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One job from its resolved request to its frames, stage by stage. On the session's thread; leaves nothing behind. */
final class Pipeline {
    private final Model model;
    private final ResolvedRequest request;
    private final Cancellation cancellation;
    private final StageClock clock;
    private final RunReport.Builder report;

    Pipeline(Model model, ResolvedRequest request, RunningJob<?> job) {
        this.model = model;
        this.request = request;
        cancellation = job.cancellation();
        clock = new StageClock(request.listener(), job::progress);
        report = RunReport.builder().seed(request.seed()).settings(model.settings(request));
    }

    <T> RunningJob.Outcome<T> run(VideoHandler<T> handler) {
        cancellation.run();
        try (Scope scope = Scope.open("job");
                FrameSink<T> sink = handler.begin(model.videoInfo(request))) {
            load(true);
            Tensor latents;
            try (DenoiseLoop loop = prepare()) {
                denoise(loop);
                latents = loop.latents().copy();
                report.mask(loop.mask());
                loop.forwards()
                        .forEach((expert, branches) ->
                                branches.forEach((branch, count) -> report.forwards(expert, branch, count)));
            }
            decode(latents, sink);
            clock.begin(Stage.WRITE, 1);
            T result = sink.finish(report());
            clock.done(1, Optional.empty());
            return new RunningJob.Outcome<>(result, report());
        }
    }

    /** What is known of the run so far. */
    RunReport report() {
        return report.seconds(clock.seconds()).peakBytes(model.peakBytes()).build();
    }

    /** Loads what the plan will need and is not there yet. */
    void load(boolean withVae) {
        Parts parts = model.parts();
        Set<Expert> experts = EnumSet.noneOf(Expert.class);
        request.plan().steps().forEach(step -> experts.add(step.expert()));
        int count = experts.size() + (needsTextEncoder() ? 1 : 0) + (withVae || request.image() != null ? 1 : 0);
        clock.begin(Stage.LOAD, count);
        int done = 0;
        if (needsTextEncoder()) {
            cancellation.run();
            parts.textEncoder();
            clock.done(++done, Optional.empty());
        }
        for (Expert expert : experts) {
            cancellation.run();
            parts.transformer(expert);
            clock.done(++done, Optional.empty());
        }
        if (withVae || request.image() != null) {
            cancellation.run();
            parts.vae();
            clock.done(++done, Optional.empty());
        }
    }

    private boolean needsTextEncoder() {
        return request.prompt().encoded() == null || request.negative().encoded() == null;
    }

    /** Encodes texts and picture and lays out the noise; what it makes belongs to the innermost scope and to the loop. */
    DenoiseLoop prepare() {
        boolean pictured = request.image() != null || request.firstFrame() != null;
        clock.begin(Stage.ENCODE, pictured ? 3 : 2);
        Map<Branch, Tensor> encoded = new EnumMap<>(Branch.class);
        encoded.put(Branch.COND, encode(request.prompt(), "prompt"));
        clock.done(1, Optional.empty());
        cancellation.run();
        encoded.put(Branch.UNCOND, encode(request.negative(), "negative prompt"));
        clock.done(2, Optional.empty());
        cancellation.run();
        Conditioning conditioning = conditioning();
        if (pictured) {
            clock.done(3, Optional.empty());
        }
        cancellation.run();
        return new DenoiseLoop(
                request.plan(), model.parts(), conditioning, new Prompts(encoded), noise(), cancellation);
    }

    private Tensor encode(ResolvedRequest.Text text, String what) {
        PromptEncoder encoder = model.encoder();
        EncodedPrompt encoded = text.encoded();
        if (encoded == null) {
            Tokenizer.Tokens tokens = encoder.tokenize(text.text());
            if (tokens.isCut()) {
                warn("the " + what + " has " + tokens.total() + " tokens and was cut to the first "
                        + tokens.ids().size());
            }
            encoded = encoder.encode(tokens, cancellation);
        }
        return encoder.onDevice(encoded);
    }

    private void warn(String text) {
        report.warning(text);
        request.listener().onWarning(text);
    }

    private Conditioning conditioning() {
        if (request.firstFrame() != null) {
            return new TextImageToVideo(model.onDevice(request.firstFrame()));
        }
        FirstFrame image = request.image();
        if (image == null) {
            return new TextToVideo();
        }
        Vae vae = model.parts().vae();
        Tensor picture = picture(image);
        return model.info().kind() == ModelKind.I2V_A14B
                ? ImageToVideo.of(picture, request.plan().request().frames(), vae, model.chunk(), cancellation)
                : new TextImageToVideo(vae.encode(picture, model.chunk(), cancellation));
    }

    /** [3, 1, H, W]. */
    private Tensor picture(FirstFrame image) {
        return Tensors.of(
                        image.planes(),
                        3,
                        1,
                        image.size().height(),
                        image.size().width())
                .to(device(), DType.F32);
    }

    private Tensor noise() {
        LatentShape shape = request.plan().latent();
        Latents given = request.noise();
        if (given != null) {
            return model.onDevice(given);
        }
        try (Rng rng = new Rng(request.seed())) {
            return rng.normal(shape.channels(), shape.frames(), shape.height(), shape.width())
                    .to(device(), DType.F32);
        }
    }

    private Device device() {
        return model.parts().session().info().device();
    }

    private void denoise(DenoiseLoop loop) {
        clock.begin(Stage.DENOISE, request.plan().steps().size());
        request.listener().onLatents(() -> Codec.latents(loop.latents()), 0);
        while (loop.hasNext()) {
            StepEvent event = step(loop);
            clock.done(event.index() + 1, Optional.of(event.remaining()));
            request.listener().onStep(event);
            request.listener().onLatents(() -> Codec.latents(loop.latents()), event.index() + 1);
        }
    }

    /** One step and what there is to say about it. */
    StepEvent step(DenoiseLoop loop) {
        ExecutionPlan plan = request.plan();
        PlannedStep step = loop.step();
        model.parts().session().synchronize();
        Duration elapsed = clock.inStage();
        int taken = step.index() + 1;
        int steps = plan.steps().size();
        return new StepEvent(
                step.index(),
                steps,
                step.timestep(),
                step.expert(),
                !step.computed().isEmpty(),
                elapsed,
                elapsed.multipliedBy(steps - taken).dividedBy(taken));
    }

    private void decode(Tensor latents, FrameSink<?> sink) {
        int frames = request.plan().latent().frames();
        int chunk = model.chunk();
        FrameStream stream = new FrameStream(sink);
        int[] done = {0};
        clock.begin(Stage.DECODE, frames);
        model.parts().vae().decode(latents, chunk, cancellation, pixels -> {
            stream.accept(pixels);
            done[0] = Math.min(frames, done[0] + chunk);
            clock.done(done[0], Optional.empty());
            cancellation.run();
        });
        clock.charge(Stage.WRITE, stream.sinkNanos());
    }
}
