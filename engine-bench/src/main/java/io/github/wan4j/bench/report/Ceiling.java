package io.github.wan4j.bench.report;

import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.models.wan.WanConfig;
import java.util.function.Supplier;

/** The matrix products and the self-attention of a transformer's blocks with nothing between them. */
final class Ceiling {
    private static final int SQUARES = 6; // q, k, v and o of self-attention, q and o of cross-attention

    /**
     * Milliseconds of one forward.
     *
     * @param brief each by itself, the best of three
     * @param sustained all of a forward in turn, as long and at the power that the forward itself would take
     */
    record Times(double brief, double sustained) {}

    private final DeviceSession session;
    private final Stopwatch watch;

    Ceiling(DeviceSession session) {
        this.session = session;
        watch = new Stopwatch(session, 3);
    }

    Times of(WanConfig config, long tokens) {
        try (Scope scope = Scope.open("ceiling")) {
            Runnable square = product(tokens, config.dim(), config.dim());
            Runnable up = product(tokens, config.dim(), config.ffnDim());
            Runnable down = product(tokens, config.ffnDim(), config.dim());
            Runnable attention = attention(config, tokens);
            double products = SQUARES * watch.best(square) + watch.best(up) + watch.best(down);
            double brief = config.layers() * (products + watch.best(attention));
            double sustained = new Stopwatch(session, 1).best(() -> {
                for (int layer = 0; layer < config.layers(); layer++) {
                    for (int i = 0; i < SQUARES; i++) {
                        square.run();
                    }
                    attention.run();
                    up.run();
                    down.run();
                }
            });
            return new Times(brief, sustained);
        }
    }

    /** 10¹² operations of one forward; attention to the prompt, which depends on its length, is less than 1 % and left out. */
    static double teraflop(WanConfig config, long tokens) {
        double products = 2.0 * tokens * config.dim() * (SQUARES * config.dim() + 2.0 * config.ffnDim());
        double attention = 4.0 * tokens * tokens * config.dim();
        return config.layers() * (products + attention) / 1e12;
    }

    private Runnable product(long tokens, long in, long out) {
        Tensor x = random(tokens, in);
        Tensor weight = random(out, in);
        return () -> check(() -> Functional.linear(x, weight, null));
    }

    private Runnable attention(WanConfig config, long tokens) {
        Kernels kernels = session.kernels();
        long filledUp = kernels.tokens(tokens);
        Tensor q = random(1, filledUp, config.heads(), config.headDim());
        Tensor k = random(1, filledUp, config.heads(), config.headDim());
        Tensor v = random(1, filledUp, config.heads(), config.headDim());
        double scale = 1 / Math.sqrt((double) config.headDim());
        return () -> check(() -> kernels.attention(q, k, v, scale, filledUp - tokens));
    }

    /** bf16 on the device: a few million numbers, repeated. */
    private Tensor random(long... shape) {
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        long period = Math.min(count, (1L << 22) + 7);
        try (Scope scope = Scope.open("ceiling.random");
                Rng rng = new Rng(count)) {
            Tensor numbers = rng.normal(period).to(session.info().device(), DType.BF16);
            return scope.keep(numbers.reshape(1, period)
                    .expand((count + period - 1) / period, period)
                    .reshape(-1)
                    .narrow(0, 0, count)
                    .reshape(shape));
        }
    }

    private static void check(Supplier<Tensor> work) {
        try (Scope scope = Scope.open("ceiling.once")) {
            if (work.get().count() == 0) {
                throw new IllegalStateException("nothing was computed");
            }
        }
    }
}
