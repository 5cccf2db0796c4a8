package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.OutOfDeviceMemoryException;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.image.FirstFrame;
import io.github.wan4j.models.plan.Arrangement;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.LatentShape;
import io.github.wan4j.models.plan.ModelShape;
import io.github.wan4j.models.plan.Numerics;
import io.github.wan4j.models.plan.PlannedStep;
import io.github.wan4j.models.vae.Vae;
import io.github.wan4j.video.Branch;
import io.github.wan4j.video.EncodedPrompt;
import io.github.wan4j.video.Expert;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Progress;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.Tokenizer;
import io.github.wan4j.video.VideoHandler;
import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One job from its resolved request to its frames, stage by stage. On the session's thread; leaves nothing behind. */
final class Pipeline {
    private static final System.Logger LOG = System.getLogger(Pipeline.class.getName());

    private final Model model;
    private final ResolvedRequest request;
    private final Cancellation cancellation;
    private final StagePeaks peaks;
    private final StageClock clock;
    private final RunReport.Builder report;
    private final Set<String> warned = new HashSet<>();
    private final Attempts attempts;
    private Duration stepping = Duration.ZERO;

    Pipeline(Model model, ResolvedRequest request, Cancellation cancellation, Consumer<Progress> watcher) {
        this.model = model;
        this.request = request;
        this.cancellation = cancellation;
        peaks = new StagePeaks(model.parts().session());
        clock = new StageClock(request.listener(), watcher, peaks::left);
        report = model.report(request);
        attempts = new Attempts(
                new Route(
                        request.plan(),
                        Safety.FAST,
                        request.plan().placement().numerics().autoencoder().precision()),
                List.of(
                        new MemoryPath(clock::stage),
                        new SaferPath(model.parts().session().ways())),
                this::again);
    }

    <T extends @Nullable Object> T run(VideoHandler<T> handler) {
        cancellation.run();
        JobJfr event = JobJfr.started(request);
        model.parts().session().tell(clock::detail);
        model.parts().session().expect(work());
        try (Scope scope = Scope.open("job");
                OutputCheck<T> sink = new OutputCheck<>(handler.begin(model.videoInfo(request)))) {
            boolean loaded = attempts.run(
                    Stage.LOAD,
                    route -> onDevice(() -> {
                        load(true);
                        return true;
                    }));
            Tensor latents = attempts.run(Stage.DENOISE, route -> onDevice(this::sample));
            boolean drawn = attempts.run(
                    Stage.DECODE,
                    failure -> failure instanceof OutOfDeviceMemoryException ? sink.resume() : sink.restart(),
                    route -> onDevice(() -> decode(latents, route.autoencoder(), sink)));
            assert loaded && drawn;
            return write(sink);
        } catch (OutOfDeviceMemoryException e) {
            throw MemoryPath.explained(e, attempts.route().plan(), model.device());
        } finally {
            model.parts().session().tell(news -> {});
            model.parts().session().compute(Safety.FAST);
            event.commit();
        }
    }

    /** Work whose failure the device explains. */
    private <R> R onDevice(Callable<R> work) {
        return model.parts().session().call(work);
    }

    /** What failed is done again by another route, which everyone is told. */
    private void again(RunReport.Retry retry) {
        report.retry(retry);
        warn(retry.toString());
        model.parts().session().compute(attempts.route().kernels());
    }

    /** From texts and noise to the latents of a video. */
    private Tensor sample() {
        try (Scope scope = Scope.open("sample");
                DenoiseLoop loop = prepare()) {
            try {
                denoise(loop);
            } finally {
                passes(loop);
            }
            OutputCheck.requireLatents(loop.latents());
            return scope.keep(loop.latents().copy());
        }
    }

    private void passes(DenoiseLoop loop) {
        Passes passes = loop.passes();
        report.forwards(passes.byExpert()).masks(passes.mask(Branch.COND), passes.mask(Branch.UNCOND));
    }

    /** The job is over when the output is in place: nothing that a listener does can take that back. */
    private <T extends @Nullable Object> T write(OutputCheck<T> sink) {
        clock.begin(Stage.WRITE, 1);
        cancellation.run();
        warnings();
        T result = sink.finish(report());
        clock.ended();
        learn();
        return result;
    }

    /** Later estimates follow from what this took, unless something went wrong on the way. */
    private void learn() {
        RunReport done = report();
        if (done.retries().isEmpty()) {
            model.parts().session().done(work());
            model.learn(request.plan(), done.seconds());
        }
    }

    /** What a device needs for it depends on the model's shape and the numbers, hardly on a video's size. */
    private String work() {
        Numerics numbers = request.plan().placement().numerics();
        ModelShape shape = request.plan().request().model();
        return String.join(
                " ",
                shape.kind().label(),
                String.valueOf(shape.transformer().dim()),
                numbers.products().label(),
                numbers.autoencoder().label());
    }

    /** What is known of the run so far. */
    RunReport report() {
        return report.choices(choices())
                .seconds(clock.seconds())
                .peakBytes(model.peakBytes(peaks.bytes()))
                .build();
    }

    /** What the plan decided, with its reasons, and what the device did. */
    private List<RunReport.Choice> choices() {
        ExecutionPlan plan = attempts.route().plan();
        List<RunReport.Choice> choices = new ArrayList<>(plan.placement().choices());
        choices.add(new RunReport.Choice(
                "cache", plan.cache().method().label(), plan.cache().toString()));
        choices.add(new RunReport.Choice(
                "autoencoder", attempts.route().autoencoder().toString(), "how frames are decoded"));
        choices.addAll(model.choices());
        return choices;
    }

    /** Passes on what the plan and the device have to say, each sentence once. */
    private void warnings() {
        List<String> sentences = new ArrayList<>(request.plan().placement().warnings());
        sentences.addAll(request.plan().cache().notes());
        sentences.addAll(model.parts().session().warnings());
        for (String sentence : sentences) {
            if (warned.add(sentence)) {
                warn(sentence);
            }
        }
    }

    /** Loads what the plan keeps on the device and is not there yet; the rest comes in its stage. */
    void load(boolean withVae) {
        Parts parts = model.parts();
        enter(Stage.LOAD);
        List<Consumer<LoadWatch>> loads = new ArrayList<>();
        if (needsTextEncoder()) {
            loads.add(parts::loadTextEncoder);
        }
        if (parts.keeps()) {
            Set<Expert> experts = EnumSet.noneOf(Expert.class);
            request.plan().steps().forEach(step -> experts.add(step.expert()));
            experts.forEach(expert -> loads.add(watch -> parts.transformer(expert, watch)));
            if (withVae || request.image() != null) {
                loads.add(watch -> parts.vae(attempts.route().autoencoder(), watch));
            }
        }
        clock.begin(Stage.LOAD, loads.size());
        warnings();
        for (int i = 0; i < loads.size(); i++) {
            cancellation.run();
            loads.get(i).accept(new LoadDetail(clock, cancellation));
            clock.done(i + 1, Optional.empty());
        }
    }

    private void enter(Stage stage) {
        model.parts().enter(stage, attempts.route().plan().placement());
    }

    private boolean needsTextEncoder() {
        return request.prompt().encoded() == null || request.negative().encoded() == null;
    }

    /** Encodes texts and picture and lays out the noise. The loop owns all of it; if this fails nothing is left. */
    DenoiseLoop prepare() {
        return prepare(null);
    }

    /** The same with a watcher of what the blocks add. */
    DenoiseLoop prepare(ResidualCache.@Nullable Watcher watcher) {
        boolean pictured = request.image() != null || request.firstFrame() != null;
        enter(Stage.ENCODE);
        clock.begin(Stage.ENCODE, pictured ? 3 : 2);
        Prompts prompts = new Prompts();
        Conditioning conditioning = new TextToVideo();
        DenoiseLoop loop;
        try (Scope scope = Scope.open("prepare")) {
            prompts.put(Branch.COND, encode(request.prompt(), "prompt"));
            clock.done(1, Optional.empty());
            cancellation.run();
            prompts.put(Branch.UNCOND, encode(request.negative(), "negative prompt"));
            clock.done(2, Optional.empty());
            cancellation.run();
            if (pictured) {
                model.parts().promptsAreEncoded();
                conditioning = conditioning();
                clock.done(3, Optional.empty());
                cancellation.run();
            }
            enter(Stage.DENOISE);
            ExecutionPlan plan = attempts.route().plan();
            loop = new DenoiseLoop(plan, model.parts(), conditioning, prompts, noise(), cancellation, watcher);
        } catch (RuntimeException | Error e) {
            try (Parts.Stay over = model.parts().stay()) {
                prompts.close();
                conditioning.close();
            } catch (RuntimeException second) { // of a device that is gone
                e.addSuppressed(second);
            }
            throw e;
        }
        return begun(loop);
    }

    private DenoiseLoop begun(DenoiseLoop loop) {
        try {
            clock.begin(Stage.DENOISE, loop.plan().steps().size());
            request.listener().onLatents(() -> latents(loop), 0);
            return loop;
        } catch (RuntimeException | Error e) {
            loop.close();
            throw e;
        }
    }

    private static Latents latents(DenoiseLoop loop) {
        try (Scope scope = Scope.open("latents")) {
            return Codec.latents(loop.latents());
        }
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
        LOG.log(System.Logger.Level.WARNING, text);
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
        Vae vae = vae(attempts.route().autoencoder());
        Tensor picture = picture(image);
        return model.info().kind() == ModelKind.I2V_A14B
                ? ImageToVideo.of(picture, request.plan().request().frames(), vae, chunk(), cancellation)
                : new TextImageToVideo(vae.encode(picture, chunk(), cancellation));
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
        while (loop.hasNext()) {
            StepEvent event = step(loop);
            assert event.index() < event.steps();
        }
    }

    /** Takes one step and tells of it. */
    StepEvent step(DenoiseLoop loop) {
        StepJfr jfr = StepJfr.started();
        long begin = System.nanoTime();
        boolean previewed = Preview.isDue(
                request.previewEvery(), loop.next(), loop.plan().steps().size());
        PlannedStep step = loop.step(previewed);
        model.parts().session().synchronize();
        stepping = stepping.plusNanos(System.nanoTime() - begin);
        jfr.commit(step);
        StepEvent event = event(step);
        clock.done(event.index() + 1, Optional.of(event.remaining()));
        request.listener().onStep(event);
        request.listener().onLatents(() -> latents(loop), event.index() + 1);
        Tensor prediction = loop.prediction();
        if (prediction != null) {
            request.listener().onPreview(preview(prediction), event.index());
        }
        return event;
    }

    /** Without an autoencoder at hand it comes for the moment. */
    private BufferedImage preview(Tensor prediction) {
        Parts parts = model.parts();
        boolean stays = parts.keeps();
        try {
            return new Preview(parts.vae(attempts.route().autoencoder()), cancellation).of(prediction);
        } finally {
            if (!stays) {
                parts.dropVae();
            }
        }
    }

    /** What is left is estimated from the time that steps took, not from what a caller did between them. */
    private StepEvent event(PlannedStep step) {
        int taken = step.index() + 1;
        int steps = request.plan().steps().size();
        return new StepEvent(
                step.index(),
                steps,
                step.timestep(),
                step.expert(),
                !step.computed().isEmpty(),
                clock.inStage(),
                stepping.multipliedBy(steps - taken).dividedBy(taken));
    }

    private Arrangement arrangement() {
        return attempts.route().plan().placement().arrangement();
    }

    private int chunk() {
        return arrangement().chunk();
    }

    private Vae vae(Precision numbers) {
        return Parts.tiled(model.parts().vae(numbers), arrangement().tile());
    }

    /** True, or it throws: what it draws is looked at. */
    private boolean decode(Tensor latents, Precision numbers, OutputCheck<?> sink) {
        int frames = request.plan().latent().frames();
        FrameStream stream = new FrameStream(sink);
        enter(Stage.DECODE);
        clock.begin(Stage.DECODE, frames);
        try (Parts.Stay stay = model.parts().stay()) {
            vae(numbers).decode(latents, chunk(), cancellation, pixels -> {
                stream.accept(pixels);
                clock.done((stream.count() - 1) / Vae.TEMPORAL_STRIDE + 1, Optional.empty());
                cancellation.run();
            });
        }
        clock.charge(Stage.WRITE, stream.sinkNanos());
        sink.requireDrawn();
        return true;
    }
}
