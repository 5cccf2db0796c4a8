package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.VideoRequest;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** A bundled model on a session of the test's own choice. */
record OpenModel(DeviceSession session, Model model, JobQueue queue) implements AutoCloseable {
    static OpenModel on(DeviceSession session, EngineConfig config, String name) {
        ModelFolder folder = ModelFolder.open(ModelSource.of(name), config.cacheDir());
        return new OpenModel(session, new Model(folder, config, session, "test"), new JobQueue(session));
    }

    /** Where sampling ends. */
    Latents sample(VideoRequest request) {
        List<Latents> states = states(request, List.of());
        return states.get(states.size() - 1);
    }

    /** The latents in front of the first step and behind each; every step begins from {@code given}, where there is any. */
    List<Latents> states(VideoRequest request, List<Latents> given) {
        List<Latents> states = new ArrayList<>();
        try (Denoising denoising = SteppedDenoising.open(model, queue, request)) {
            states.add(denoising.latents());
            while (denoising.hasNext()) {
                if (!given.isEmpty()) {
                    denoising.replace(given.get(states.size() - 1));
                }
                if (denoising.step().index() != states.size() - 1) {
                    throw new IllegalStateException("step " + states.size() + " came at another time");
                }
                states.add(denoising.latents());
            }
            return states;
        }
    }

    /** ‖actual − expected‖₂ / ‖expected‖₂. */
    static double relativeError(Latents actual, Latents expected) {
        FloatBuffer values = actual.values();
        FloatBuffer wanted = expected.values();
        double difference = 0;
        double norm = 0;
        while (wanted.hasRemaining()) {
            double value = wanted.get();
            difference += Math.pow(values.get() - value, 2);
            norm += value * value;
        }
        return Math.sqrt(difference / norm);
    }

    @Override
    public void close() {
        queue.close(model::close);
        session.close();
    }
}
