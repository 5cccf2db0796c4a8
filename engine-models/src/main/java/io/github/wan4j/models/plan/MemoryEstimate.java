package io.github.wan4j.models.plan;

import io.github.wan4j.core.Residency;
import io.github.wan4j.video.Stage;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Bytes on the device, part by part, in each stage of a job, with an arrangement; an estimate. */
public record MemoryEstimate(Arrangement arrangement, List<Part> parts, long hostBytes) {
    /** Contexts and code of libraries: what no allocator counts. */
    static final String RUNTIME = "runtime";

    /** What an autoencoder makes of a given picture. */
    static final String ENCODING = "encoding";

    /** One thing that takes memory, and how much of it while encoding, denoising and decoding. */
    public record Part(String name, long encode, long denoise, long decode) {}

    public MemoryEstimate {
        parts = List.copyOf(parts);
    }

    public Residency residency() {
        return arrangement.residency();
    }

    public long encode() {
        return sum(Part::encode);
    }

    /** What waits on the device before anything is computed. */
    public long loaded() {
        return sum(Part::encode) - named(ENCODING);
    }

    public long denoise() {
        return sum(Part::denoise);
    }

    public long decode() {
        return sum(Part::decode);
    }

    /** Of the stage that takes most. */
    public long peak() {
        return Math.max(encode(), Math.max(denoise(), decode()));
    }

    /** The same without what is not allocated for tensors: what a session's own count should come to. */
    public long allocatedPeak() {
        return peak() - runtime();
    }

    /** That by stage. */
    public Map<Stage, Long> allocated() {
        return Map.of(
                Stage.ENCODE, encode() - runtime(),
                Stage.DENOISE, denoise() - runtime(),
                Stage.DECODE, decode() - runtime());
    }

    private long runtime() {
        return named(RUNTIME);
    }

    private long named(String name) {
        return parts.stream()
                .filter(part -> part.name().equals(name))
                .mapToLong(Part::encode)
                .sum();
    }

    private long sum(ToLongFunction<Part> stage) {
        return parts.stream().mapToLong(stage).sum();
    }
}
