package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import java.nio.ByteBuffer;

/** Turns decoded chunks into frames of bytes and hands them on, counting. */
final class FrameStream {
    private final FrameSink<?> sink;
    private int count;
    private long nanos;

    FrameStream(FrameSink<?> sink) {
        this.sink = sink;
    }

    /** chunk [3, n, H, W], unclamped; round((clamp(v, −1, 1) + 1) · 127.5) goes out. */
    void accept(Tensor chunk) {
        OutputCheck.requireFinite(chunk, "decoded frames from number " + count + " on");
        int height = Math.toIntExact(chunk.size(2));
        int width = Math.toIntExact(chunk.size(3));
        int frameBytes = Math.multiplyExact(Math.multiplyExact(height, width), 3);
        byte[] pixels;
        try (Scope scope = Scope.open("frames")) {
            pixels = chunk.to(DType.F32)
                    .clamp(-1, 1)
                    .add(1)
                    .mul(127.5)
                    .round()
                    .to(DType.U8)
                    .permute(1, 2, 3, 0)
                    .toBytes();
        }
        long begin = System.nanoTime();
        for (int start = 0; start < pixels.length; start += frameBytes) {
            sink.frame(Frame.of(count++, width, height, ByteBuffer.wrap(pixels, start, frameBytes)));
        }
        nanos += System.nanoTime() - begin;
    }

    int count() {
        return count;
    }

    /** Time spent in the sink. */
    long sinkNanos() {
        return nanos;
    }
}
