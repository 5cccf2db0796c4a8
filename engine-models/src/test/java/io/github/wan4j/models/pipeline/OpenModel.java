package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.video.Denoising;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.VideoRequest;
import java.nio.FloatBuffer;

/** A bundled model on a session of the test's own choice. */
record OpenModel(DeviceSession session, Model model, JobQueue queue) implements AutoCloseable {
    static OpenModel on(DeviceSession session, EngineConfig config, String name) {
        ModelFolder folder = ModelFolder.open(ModelSource.of(name), config.cacheDir());
        return new OpenModel(session, new Model(folder, config, session, "test"), new JobQueue(session));
    }

    /** Where sampling ends. */
    Latents sample(VideoRequest request) {
        try (Denoising denoising = SteppedDenoising.open(model, queue, request)) {
            int taken = 0;
            while (denoising.hasNext()) {
                taken += denoising.step().index() == taken ? 1 : 0;
            }
            if (taken != denoising.plan().steps().size()) {
                throw new IllegalStateException(taken + " steps came in order");
            }
            return denoising.latents();
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
