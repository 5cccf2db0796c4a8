package io.github.wan4j;

import com.google.errorprone.annotations.MustBeClosed;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.runtime.Devices;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.pipeline.Calibrating;
import io.github.wan4j.models.pipeline.Codec;
import io.github.wan4j.models.pipeline.JobQueue;
import io.github.wan4j.models.pipeline.Jobs;
import io.github.wan4j.models.pipeline.Model;
import io.github.wan4j.models.pipeline.SteppedDenoising;
import io.github.wan4j.models.pipeline.TextEncoding;
import io.github.wan4j.models.plan.Calibration;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.LatentCodec;
import io.github.wan4j.video.Limits;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.TextEncoder;
import io.github.wan4j.video.Tokenizer;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoJob;
import io.github.wan4j.video.VideoRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes videos with one model on one device. Thread-safe: jobs may be submitted from any thread and run one after the other,
 * in order of submission.
 *
 * <pre>{@code
 * try (VideoEngine engine = VideoEngine.open("mini-t2v")) {
 *     VideoRequest request = VideoRequest.builder("a red circle moves right on a black background").build();
 *     Path file = engine.generate(request, VideoHandlers.mp4(Path.of("circle.mp4")));
 * }
 * }</pre>
 */
public final class VideoEngine implements AutoCloseable {
    private final EngineConfig config;
    private final DeviceSession session;
    private final Model model;
    private final JobQueue queue;
    private final Jobs jobs;
    private final Lock closing = new ReentrantLock();

    private VideoEngine(EngineConfig config, DeviceSession session, Model model) {
        this.config = config;
        this.session = session;
        this.model = model;
        queue = new JobQueue(session);
        jobs = new Jobs(model, queue);
    }

    /** A bundled model by its name, or a checkpoint folder, with the settings that the environment gives. */
    @MustBeClosed
    public static VideoEngine open(String nameOrFolder) {
        return open(ModelSource.of(nameOrFolder), EngineConfig.fromEnvironment());
    }

    /** Finds what is wrong with folder and device at once; weights are read when the first job needs them. */
    @MustBeClosed
    public static VideoEngine open(ModelSource source, EngineConfig config) {
        ModelFolder folder = ModelFolder.open(source, config.cacheDir());
        DeviceSession session = session(config);
        try {
            return new VideoEngine(config, session, new Model(folder, config, session, Version.current()));
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    private static DeviceSession session(EngineConfig config) {
        Devices devices = Devices.find();
        List<Device> chosen = devices.chosen(config);
        if (chosen.size() != 1) {
            throw new EngineStartException("an engine runs on one device so far, not on " + chosen);
        }
        return devices.open(chosen.get(0), config);
    }

    /** The version of this library. */
    public static String version() {
        return Version.current();
    }

    public ModelInfo model() {
        return model.info();
    }

    public EngineConfig config() {
        return config;
    }

    /** Makes the video and waits for it; an interrupt cancels it. */
    public Video generate(VideoRequest request) {
        return generate(request, VideoHandlers.inMemory());
    }

    /** The same with a say in what becomes of the frames. */
    public <T extends @Nullable Object> T generate(VideoRequest request, VideoHandler<T> handler) {
        queue.requireMayWait(); // before it is queued: nothing may be left of a call that is refused
        return submit(request, handler).join();
    }

    public VideoJob<Video> submit(VideoRequest request) {
        return submit(request, VideoHandlers.inMemory());
    }

    /** Queues a request; one that the model cannot fulfil is refused here, with all its problems at once. */
    public <T extends @Nullable Object> VideoJob<T> submit(VideoRequest request, VideoHandler<T> handler) {
        return jobs.submit(request, handler);
    }

    /** Queues all requests, one after the other without a gap, or none if one of them is wrong or has no handler. */
    public <T extends @Nullable Object> List<VideoJob<T>> submitAll(
            List<VideoRequest> requests, Function<VideoRequest, VideoHandler<T>> handler) {
        return jobs.submitAll(requests, handler);
    }

    /** What is wrong with a request for this model, one sentence each; empty if nothing is. */
    public List<String> problems(VideoRequest request) {
        return model.problems(request);
    }

    /** What a job would do on this device, with the memory that is free now; computes nothing. */
    public ExecutionPlan plan(VideoRequest request) {
        return model.plan(request);
    }

    /** How long a video of one size may be with this model on this device, with the memory that is free now. */
    public Limits limits(Size size) {
        return model.limits(size);
    }

    public Tokenizer tokenizer() {
        return model.tokenizer();
    }

    public TextEncoder textEncoder() {
        return new TextEncoding(model, queue);
    }

    public LatentCodec vae() {
        return new Codec(model, queue);
    }

    /** Sampling step by step; waits for its turn, and later jobs wait until it is closed. */
    @MustBeClosed
    public Denoising denoise(VideoRequest request) {
        return SteppedDenoising.open(model, queue, request);
    }

    /**
     * Measures, by whole runs of these requests in which nothing is reused, what later ones can go by when they reuse steps;
     * waits for its turns. The requests differ in prompt, seed and picture alone.
     */
    public Calibration calibrate(List<VideoRequest> requests) {
        return new Calibrating(model, queue).measure(requests);
    }

    /** Puts a calibration of this model into the cache folder, where all later plans find it, and says where. */
    public Path keep(Calibration calibration) {
        return new Calibrating(model, queue).keep(calibration);
    }

    /** Cancels what runs and waits, waits for its end and frees everything. Closing twice is harmless. */
    @Override
    public void close() {
        queue.requireMayWait();
        closing.lock(); // whoever closes too returns when all is freed
        try {
            queue.close(model::close);
        } finally {
            session.close();
            closing.unlock();
        }
    }
}
