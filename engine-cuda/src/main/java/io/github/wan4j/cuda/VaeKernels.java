package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import org.jspecify.annotations.Nullable;

/** The VAEs' fused passes over channels-last frames [1, C, T, H, W]. Null where no kernel takes the input. */
final class VaeKernels {
    private static final String NORM = "vae_norm/vae_norm.cu";
    private static final String UPSAMPLE = "upsample/upsample.cu";
    private static final int THREADS = 256;

    private final OwnKernels library;

    VaeKernels(OwnKernels library) {
        this.library = library;
    }

    @Nullable
    Tensor channelNorm(Tensor x, Tensor gamma, boolean silu, int front, @Nullable Tensor history) {
        ChannelShape shape = Memory.isChannelsLast(x) ? ChannelShape.of(x.size(1), x.dtype()) : null;
        boolean fits = shape != null
                && Memory.isPlain(gamma)
                && gamma.count() == x.size(1)
                && (history == null || (Memory.isChannelsLast(history) && history.dtype() == x.dtype()));
        if (shape == null || !fits) {
            return null;
        }
        long channels = x.size(1);
        Launch launch = library.get(
                KernelInstance.of(
                        NORM,
                        "wan4j_vae_norm",
                        x.dtype(),
                        gamma.dtype(),
                        channels,
                        shape.elements(),
                        shape.lanes(),
                        silu),
                8,
                check -> trial(check, x.dtype(), gamma.dtype(), channels, silu));
        if (launch == null) {
            return null;
        }
        long frames = x.size(2);
        long pixels = x.size(3) * x.size(4);
        long kept = history == null ? 0 : Math.min(front, history.size(2));
        Tensor result =
                Tensors.emptyChannelsLast(x.dtype(), x.device(), 1, channels, front + frames, x.size(3), x.size(4));
        launch.pointer(Memory.address(x)).pointer(Memory.address(gamma));
        launch.pointer(history == null || kept == 0 ? 0 : lastFrames(history, kept));
        launch.pointer(Memory.address(result))
                .i32(pixels)
                .i32(frames)
                .i32(front)
                .i32(kept);
        long positions = THREADS / shape.lanes();
        launch.run(((front + frames) * pixels + positions - 1) / positions, THREADS);
        return result;
    }

    private void trial(SelfCheck check, DType type, DType weight, long channels, boolean silu) {
        Tensor sample = check.sample(type, 1, channels, 2, 3, 5).channelsLast();
        Tensor gamma = check.sample(weight, channels);
        if (!silu) {
            Tensor own = KernelTrial.made(channelNorm(sample, gamma, false, 0, null));
            check.same(own, check.control().channelNorm(sample, gamma));
            return;
        }
        Tensor history = check.sample(type, 1, channels, 1, 3, 5).channelsLast();
        Tensor own = KernelTrial.made(channelNorm(sample, gamma, true, 2, history));
        check.same(own, check.control().channelNormSilu(sample, gamma, 2, history));
    }

    private static long lastFrames(Tensor history, long kept) {
        long frameBytes = history.count() / history.size(2) * history.dtype().bytes();
        return Memory.address(history) + (history.size(2) - kept) * frameBytes;
    }

    /** Height and width doubled by repetition. */
    @Nullable
    Tensor upsample(Tensor x) {
        if (!Memory.isChannelsLast(x)) {
            return null;
        }
        long pixelBytes = x.size(1) * x.dtype().bytes();
        int bytes = pixelBytes % 16 == 0 ? 16 : pixelBytes % 8 == 0 ? 8 : pixelBytes % 4 == 0 ? 4 : 0;
        Launch launch = bytes == 0
                ? null
                : library.get(KernelInstance.of(UPSAMPLE, "wan4j_upsample", bytes / 4), 7, check -> {
                    Tensor sample = check.sample(DType.BF16, 1, bytes, 2, 3, 5).channelsLast();
                    Tensor plain = sample.repeatEach(2, 3).repeatEach(2, 4);
                    check.same(KernelTrial.made(upsample(sample)), plain);
                });
        if (launch == null) {
            return null;
        }
        Tensor result =
                Tensors.emptyChannelsLast(x.dtype(), x.device(), 1, x.size(1), x.size(2), 2 * x.size(3), 2 * x.size(4));
        long chunks = pixelBytes / bytes;
        long count = x.count() / x.size(1) * chunks;
        launch.pointer(Memory.address(x)).pointer(Memory.address(result));
        launch.i32(x.size(3)).i32(x.size(4)).i32(chunks).i32(1).i64(count);
        launch.run((count + THREADS - 1) / THREADS, THREADS);
        return result;
    }

    /** How threads share a pixel's channels: {@code elements} side by side a thread, {@code lanes} threads, in steps. */
    record ChannelShape(int elements, int lanes) {
        private static final int MOST_STEPS = 8;

        static @Nullable ChannelShape of(long channels, DType type) {
            ChannelShape wide = type == DType.BF16 ? of(channels, 8) : null;
            return wide != null ? wide : of(channels, 4);
        }

        private static @Nullable ChannelShape of(long channels, int elements) {
            if (channels % elements != 0) {
                return null;
            }
            long parts = channels / elements;
            int lanes = (int) Math.min(32, Long.lowestOneBit(parts));
            return parts / lanes <= MOST_STEPS ? new ChannelShape(elements, lanes) : null;
        }
    }
}
