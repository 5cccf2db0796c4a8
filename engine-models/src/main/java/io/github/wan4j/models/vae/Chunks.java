package io.github.wan4j.models.vae;

/** What encoder and decoder ask of their arguments. */
final class Chunks {
    private Chunks() {}

    static void requirePositive(int latentFramesPerChunk) {
        if (latentFramesPerChunk < 1) {
            throw new IllegalArgumentException("a chunk of " + latentFramesPerChunk + " latent frames; the least is 1");
        }
    }

    static long nearestMultiple(long value, long of) {
        return Math.max(1, Math.round((double) value / of)) * of;
    }
}
