package io.github.wan4j.bench.micro;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Norm;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.kernels.Rows;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import java.util.Arrays;

/**
 * What the operations of a block work on, normal numbers throughout. L tokens, D model dimension, F hidden.
 *
 * @param x the residual stream [1, L, D] f32
 * @param y what a block adds to it [1, L, D] bf16
 * @param q queries [1, L, H, 128] bf16, the same numbers
 * @param keys [1, L, H, 128] bf16
 * @param values [1, L, H, 128] bf16, of which a device may overwrite those of copies
 * @param hidden [1, L, F] bf16
 * @param gate one row for all tokens
 * @param weight of a norm, [D] f32
 * @param square [D, D] bf16
 * @param up [F, D] bf16
 */
record GpuOperands(
        GpuShape shape,
        Tensor x,
        Tensor y,
        Tensor q,
        Tensor keys,
        Tensor values,
        Tensor hidden,
        Rows gate,
        Norm norm,
        Tensor weight,
        Rotation rotation,
        Tensor square,
        Tensor up) {
    static final double EPS = 1e-6;
    private static final long HEAD = 128;

    /** A few million numbers are drawn and repeated: as good as fresh ones, and there at once. */
    private static final long PERIOD = (1L << 22) + 7;

    /** For the tokens that the device would rather have; owned by the innermost scope. */
    static GpuOperands of(GpuShape shape, Device device, Kernels kernels) {
        long tokens = kernels.tokens(shape.tokens());
        long dim = shape.dim();
        Tensor y = random(2, DType.BF16, device, 1, tokens, dim);
        long[] heads = {1, tokens, shape.heads(), HEAD};
        return new GpuOperands(
                shape,
                random(1, DType.F32, device, 1, tokens, dim),
                y,
                y.reshape(heads),
                filledUp(random(3, DType.BF16, device, heads), shape.tokens()),
                random(13, DType.BF16, device, heads),
                random(4, DType.BF16, device, 1, tokens, shape.hidden()),
                Rows.shared(random(5, DType.F32, device, 1, dim)),
                new Norm.Modulated(
                        Rows.shared(random(6, DType.F32, device, 1, dim)),
                        Rows.shared(random(7, DType.F32, device, 1, dim)),
                        EPS),
                random(8, DType.F32, device, dim),
                new Rotation(
                        random(9, kernels.angles(), device, tokens, HEAD / 2),
                        random(10, kernels.angles(), device, tokens, HEAD / 2)),
                random(11, DType.BF16, device, dim, dim),
                random(12, DType.BF16, device, shape.hidden(), dim));
    }

    /** What is behind the tokens of the shape are copies of the last of them. */
    private static Tensor filledUp(Tensor keys, long tokens) {
        long copies = keys.size(1) - tokens;
        if (copies > 0) {
            Tensor last = keys.narrow(1, tokens - 1, 1);
            Tensor copied = keys.narrow(1, tokens, copies).copyFrom(last.expand(1, copies, keys.size(2), keys.size(3)));
            assert copied.size(1) == copies;
        }
        return keys;
    }

    /** Keys that are copies. */
    long copies() {
        return keys.size(1) - shape.tokens();
    }

    /** The same with the first tokens alone; keys and values stay. */
    GpuOperands first(long tokens) {
        return new GpuOperands(
                shape,
                x.narrow(1, 0, tokens),
                y.narrow(1, 0, tokens),
                q.narrow(1, 0, tokens),
                keys,
                values,
                hidden.narrow(1, 0, tokens),
                gate,
                norm,
                weight,
                rotation.narrow(0, tokens),
                square,
                up);
    }

    static Tensor random(long seed, DType dtype, Device device, long... shape) {
        long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        long period = Math.min(count, PERIOD);
        try (Scope scope = Scope.open("random");
                Rng rng = new Rng(seed)) {
            Tensor numbers = rng.normal(period).to(device, dtype);
            return scope.keep(numbers.reshape(1, period)
                    .expand((count + period - 1) / period, period)
                    .reshape(-1)
                    .narrow(0, 0, count)
                    .reshape(shape));
        }
    }
}
