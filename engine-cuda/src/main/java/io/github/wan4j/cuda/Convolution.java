package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.Operator;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/**
 * cuDNN's convolutions of frames [1, C, T, H, W], channels last, without their bias: torch would add it in a pass of its
 * own, which costs up to a quarter of a convolution with few channels.
 */
final class Convolution {
    private static final Operator CUDNN = Operator.find("aten::cudnn_convolution", "out");
    private static final long[] NO_DILATION = {1, 1, 1};

    /** More elements need indices of 64 bits, for which cuDNN has slow kernels alone. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

    /** Below so many operations the trial of several kernels (20 to 100 ms for a shape) is not won back. */
    private static final double WORTH_TRYING = 2e10;

    private Convolution() {}

    static boolean takes(Tensor x, Tensor weight) {
        return Memory.isChannelsLast(x) && weight.dtype() == x.dtype();
    }

    /** weight [O, C, kt, kh, kw]; stride in time, height, width; padding in height, width. */
    static Tensor of(Tensor x, Tensor weight, long[] stride, long[] padding) {
        long frames = (x.size(2) - weight.size(2)) / stride[0] + 1;
        long height = (x.size(3) + 2 * padding[0] - weight.size(3)) / stride[1] + 1;
        long width = (x.size(4) + 2 * padding[1] - weight.size(4)) / stride[2] + 1;
        Tensor out = Tensors.emptyChannelsLast(x.dtype(), x.device(), 1, weight.size(0), frames, height, width);
        long seenAtOnce = MOST_ELEMENTS / (x.count() / x.size(2));
        long madeAtOnce = MOST_ELEMENTS / (out.count() / frames);
        long most = Math.min((seenAtOnce - weight.size(2)) / stride[0] + 1, madeAtOnce);
        long step = piece(frames, most);
        try (Scope scope = Scope.open("convolution")) {
            for (long first = 0; first < frames; first += step) {
                long count = Math.min(step, frames - first);
                Tensor seen = x.narrow(2, first * stride[0], (count - 1) * stride[0] + weight.size(2));
                run(seen, weight, stride, padding, out.narrow(2, first, count));
            }
        }
        return out;
    }

    /** Length of the pieces that {@code count} is cut into, none longer than {@code most}, as even as may be. */
    static long piece(long count, long most) {
        long pieces = (count - 1) / Math.max(1, most) + 1;
        return (count + pieces - 1) / pieces;
    }

    private static void run(Tensor x, Tensor weight, long[] stride, long[] padding, Tensor out) {
        Context context = torch.globalContext();
        double operations = 2.0 * out.count() * weight.count() / weight.size(0);
        boolean tryAll = context.benchmarkCuDNN() && operations > WORTH_TRYING;
        Tensor written = CUDNN.call(
                x,
                weight,
                new long[] {0, padding[0], padding[1]},
                stride,
                NO_DILATION,
                1,
                tryAll,
                false,
                context.allowTF32CuDNN(),
                out);
        assert written.sameShape(out);
    }
}
