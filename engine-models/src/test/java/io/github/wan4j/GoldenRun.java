package io.github.wan4j;

import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.Golden;
import io.github.wan4j.video.Latents;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * A whole run of the reference: its latents by step and its frames. The repository keeps some of each; {@code
 * -Dwan4j.test.golden=DIR} names the folder of the full files.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record GoldenRun(float[][] latents, long[] latentsAt, int[] shape, byte[][] frames, long[] framesAt) {
    static GoldenRun read(String name) {
        try (Golden file = Golden.open("e2e_" + name);
                Scope scope = Scope.open("golden")) {
            Tensor latents = file.tensor("latents");
            Tensor frames = file.tensor("video_u8");
            float[][] states = new float[Math.toIntExact(latents.size(0))][];
            Arrays.setAll(states, i -> latents.select(0, i).toFloats());
            byte[][] pictures = new byte[Math.toIntExact(frames.size(0))][];
            Arrays.setAll(pictures, i -> frames.select(0, i).toBytes());
            int[] shape = Arrays.stream(latents.shape())
                    .skip(1)
                    .mapToInt(Math::toIntExact)
                    .toArray();
            return new GoldenRun(
                    states,
                    indices(file, "latents_at", states.length),
                    shape,
                    pictures,
                    indices(file, "frames_at", pictures.length));
        }
    }

    private static long[] indices(Golden file, String name, int count) {
        long[] all = new long[count];
        Arrays.setAll(all, i -> i);
        return file.has(name) ? file.tensor(name).toLongs() : all;
    }

    /** The state that entered the first step. */
    Latents noise() {
        return Latents.of(latents[0], shape);
    }

    /** A golden that is needed as a file. */
    static Path file(String name) {
        URL resource = Objects.requireNonNull(GoldenRun.class.getResource("/golden/" + name), name);
        try {
            return Path.of(resource.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** ‖actual − expected‖₂ / ‖expected‖₂. */
    static double relativeError(float[] actual, float[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / norm);
    }

    /** The largest difference of two pictures in grey levels. */
    static int levels(byte[] actual, byte[] expected) {
        int most = 0;
        for (int i = 0; i < expected.length; i++) {
            most = Math.max(most, Math.abs((actual[i] & 255) - (expected[i] & 255)));
        }
        return most;
    }
}
