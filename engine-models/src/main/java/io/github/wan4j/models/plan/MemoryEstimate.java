package io.github.wan4j.models.plan;

import java.util.List;
import java.util.function.ToLongFunction;

/** Bytes on the device, part by part, in each stage of a job; an estimate. */
public record MemoryEstimate(Residency residency, int decodeChunk, List<Part> parts, long hostBytes) {
    /** One thing that takes memory, and how much of it while encoding, denoising and decoding. */
    public record Part(String name, long encode, long denoise, long decode) {}

    public MemoryEstimate {
        parts = List.copyOf(parts);
    }

    public long encode() {
        return sum(Part::encode);
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

    private long sum(ToLongFunction<Part> stage) {
        return parts.stream().mapToLong(stage).sum();
    }
}
