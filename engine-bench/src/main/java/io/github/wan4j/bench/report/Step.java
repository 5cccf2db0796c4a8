package io.github.wan4j.bench.report;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.wan.PromptKeys;
import io.github.wan4j.models.wan.Rope3d;
import io.github.wan4j.models.wan.Stem;
import io.github.wan4j.models.wan.TimeRows;
import io.github.wan4j.models.wan.Timesteps;
import io.github.wan4j.models.wan.WanConfig;
import io.github.wan4j.models.wan.WanTransformer;
import java.io.PrintWriter;
import java.util.List;

/**
 * One guided step, its two branches one after the other, by themselves and from one stem; in turn, and told by the mean of a
 * branch, so that it stands beside a forward. Throws unless both come to the same, bit for bit.
 */
record Step(String work, String tensors, WanConfig config, Precision precision, int frames, int height, int width)
        implements FullSizeReport.Work {
    private static final int RUNS = Integer.getInteger("bench.runs", 3);

    /** Tokens of a prompt, and of the negative one that the models come with. */
    private static final int PROMPT = 60;

    private static final int NEGATIVE = 126;

    @Override
    public List<Row> run(DeviceSession session, boolean profile, PrintWriter out) {
        try (HeaderFile file = new HeaderFile(tensors);
                RandomStore store = new RandomStore(session.info().device(), session.kernels());
                Scope scope = Scope.open("step")) {
            Weights weights = Weights.of(file.checkpoint(), store);
            WanTransformer dit = new WanTransformer(config, precision, session.kernels(), weights);
            weights.requireAllTaken();
            Tensor latent = Forward.random(session, 1, config.inChannels(), frames, height, width);
            try (Rope3d rope = dit.rope(frames, height, width);
                    PromptKeys prompt = dit.promptKeys(text(session, 2, PROMPT));
                    PromptKeys negative = dit.promptKeys(text(session, 3, NEGATIVE))) {
                return measured(session, new Inputs(session, dit, latent, rope, prompt, negative));
            }
        }
    }

    private Tensor text(DeviceSession session, long seed, int tokens) {
        return Forward.random(session, seed, tokens, config.textDim()).mul(0.1);
    }

    private List<Row> measured(DeviceSession session, Inputs inputs) {
        Tensor expected = inputs.alone();
        long own = session.takePeak().orElse(0);
        double difference = inputs.shared().sub(expected).maxAbs();
        long all = session.takePeak().orElse(0);
        if (difference != 0) {
            throw new IllegalStateException("branches from one stem are off by " + difference);
        }
        double[] times = new Stopwatch(session, RUNS).bestOfWarm(List.of(inputs::apart, inputs::together));
        double teraflop = Ceiling.teraflop(config, (long) frames * height * width / 4);
        String note = String.format(
                "the step %.1f ms, %.2f %% less, for %.2f GiB more",
                times[1], 100 * (1 - times[1] / times[0]), (all - own) / (double) (1L << 30));
        return List.of(
                new Row(work + ", a branch by itself", times[0] / 2, Row.NO_CEILING, teraflop, own, ""),
                new Row(work + ", branches from one stem", times[1] / 2, Row.NO_CEILING, teraflop, all, note));
    }

    private record Inputs(
            DeviceSession session,
            WanTransformer dit,
            Tensor latent,
            Rope3d rope,
            PromptKeys prompt,
            PromptKeys negative) {
        private static final double GUIDANCE = 4;

        void apart() {
            try (Scope scope = Scope.open("step.apart")) {
                requireFinite(alone());
            }
        }

        void together() {
            try (Scope scope = Scope.open("step.together")) {
                requireFinite(shared());
            }
        }

        Tensor alone() {
            try (Scope scope = Scope.open("step.alone")) {
                TimeRows time = dit.time(Timesteps.all(900));
                Tensor cond = dit.forward(latent, null, time, rope, prompt, Inputs::goOn);
                Tensor uncond = dit.forward(latent, null, time, rope, negative, Inputs::goOn);
                return scope.keep(session.kernels().guidance(cond, uncond, GUIDANCE));
            }
        }

        Tensor shared() {
            try (Scope scope = Scope.open("step.shared")) {
                TimeRows time = dit.time(Timesteps.all(900));
                Stem stem = dit.stem(dit.embed(latent, null), time, rope, Inputs::goOn);
                Tensor cond = branch(stem.again(), time, prompt);
                return scope.keep(session.kernels().guidance(cond, branch(stem, time, negative), GUIDANCE));
            }
        }

        private Tensor branch(Stem stem, TimeRows time, PromptKeys keys) {
            try (Scope scope = Scope.open("step.branch")) {
                return scope.keep(dit.head(dit.blocks(stem, time, rope, keys, Inputs::goOn), time, rope));
            }
        }

        private static void requireFinite(Tensor velocity) {
            if (!velocity.isFinite()) {
                throw new IllegalStateException("the velocity is not finite");
            }
        }

        private static void goOn() {}
    }
}
