package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import org.jspecify.annotations.Nullable;

/** The VAEs' fused passes over channels-last frames [1, C, T, H, W]. Null where no kernel takes the input. */
final class VaeKernels {
    private static final String NORM = "vae_norm/vae_norm.cu";
    private static final String BIAS_ADD = "bias_add/bias_add.cu";
    private static final int THREADS = 256;

    private final OwnKernels library;

    VaeKernels(OwnKernels library) {
        this.library = library;
    }

    /** offset [C] is added to x first. */
    @Nullable
    Tensor channelNorm(
            Tensor x, @Nullable Tensor offset, Tensor gamma, boolean silu, int front, @Nullable Tensor history) {
        ChannelShape shape = Memory.isChannelsLast(x) ? ChannelShape.of(x.size(1), x.dtype()) : null;
        boolean fits = shape != null
                && Memory.isPlain(gamma)
                && gamma.count() == x.size(1)
                && (offset == null || (Memory.isPlain(offset) && offset.dtype() == x.dtype()))
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
                9,
                check -> trial(check, x.dtype(), gamma.dtype(), channels, silu));
        if (launch == null) {
            return null;
        }
        long frames = x.size(2);
        long pixels = x.size(3) * x.size(4);
        long kept = history == null ? 0 : Math.min(front, history.size(2));
        Tensor result =
                Tensors.emptyChannelsLast(x.dtype(), x.device(), 1, channels, front + frames, x.size(3), x.size(4));
        launch.pointer(Memory.address(x)).pointer(offset == null ? 0 : Memory.address(offset));
        launch.pointer(Memory.address(gamma));
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
            Tensor own = KernelTrial.made(channelNorm(sample, null, gamma, false, 0, null));
            check.same(own, check.control().channelNorm(sample, gamma));
            return;
        }
        Tensor history = check.sample(type, 1, channels, 1, 3, 5).channelsLast();
        Tensor offset = check.sample(type, channels);
        Tensor shifted = sample.add(perChannel(offset));
        Tensor own = KernelTrial.made(channelNorm(sample, offset, gamma, true, 2, history));
        check.same(own, check.control().channelNormSilu(shifted, gamma, 2, history));
    }

    private static long lastFrames(Tensor history, long kept) {
        long frameBytes = history.count() / history.size(2) * history.dtype().bytes();
        return Memory.address(history) + (history.size(2) - kept) * frameBytes;
    }

    /** y += bias [C] + addend, in place; false where no kernel takes the input, and y is as it was. */
    boolean add(Tensor y, Tensor bias, @Nullable Tensor addend) {
        int elements = elements(y.size(1), y.dtype());
        boolean fits = elements != 0
                && Memory.isChannelsLast(y)
                && Memory.isPlain(bias)
                && bias.dtype() == y.dtype()
                && (addend == null
                        || (Memory.isChannelsLast(addend) && addend.dtype() == y.dtype() && addend.sameShape(y)));
        DType type = y.dtype();
        Launch launch = !fits
                ? null
                : library.get(KernelInstance.of(BIAS_ADD, "wan4j_bias_add", type, elements), 5, check -> {
                    Tensor sample =
                            check.sample(type, 1, 2L * elements, 2, 3, 5).channelsLast();
                    Tensor offset = check.sample(type, 2L * elements);
                    Tensor own = sample.copy();
                    KernelTrial.made(add(own, offset, sample) ? own : null);
                    check.same(own, sample.add(perChannel(offset)).add(sample));
                });
        if (launch == null) {
            return false;
        }
        long count = y.count() / elements;
        launch.pointer(Memory.address(y)).pointer(Memory.address(bias));
        launch.pointer(addend == null ? 0 : Memory.address(addend));
        launch.i32(y.size(1) / elements).i32(count);
        launch.run((count + THREADS - 1) / THREADS, THREADS);
        return true;
    }

    /** [C] to be broadcast over frames. */
    static Tensor perChannel(Tensor values) {
        return values.reshape(1, -1, 1, 1, 1);
    }

    /** Channels that a thread moves at once, 0 if their number is odd. */
    static int elements(long channels, DType type) {
        return type == DType.BF16 && channels % 8 == 0 ? 8 : channels % 4 == 0 ? 4 : 0;
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
