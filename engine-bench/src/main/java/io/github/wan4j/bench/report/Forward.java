package io.github.wan4j.bench.report;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import io.github.wan4j.models.wan.PromptKeys;
import io.github.wan4j.models.wan.Rope3d;
import io.github.wan4j.models.wan.TimeRows;
import io.github.wan4j.models.wan.Timesteps;
import io.github.wan4j.models.wan.WanConfig;
import io.github.wan4j.models.wan.WanTransformer;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** One forward of a transformer, that is one branch of guidance; where a given frame is possible, also with its timesteps. */
record Forward(String work, String tensors, WanConfig config, Precision precision, int frames, int height, int width)
        implements FullSizeReport.Work {
    private static final int RUNS = 3;

    @Override
    public List<Row> run(DeviceSession session, boolean profile, PrintWriter out) {
        KernelProfile profiled = new KernelProfile(session);
        Kernels kernels = profile ? profiled.kernels() : session.kernels();
        try (HeaderFile file = new HeaderFile(tensors);
                RandomStore store = new RandomStore(session.info().device(), kernels);
                Scope scope = Scope.open("forward")) {
            Weights weights = Weights.of(file.checkpoint(), store);
            WanTransformer dit = new WanTransformer(config, precision, kernels, weights);
            weights.requireAllTaken();
            Tensor latent = random(session, 1, config.inChannels(), frames, height, width);
            Tensor text =
                    random(session, 2, config.textLength(), config.textDim()).mul(0.1);
            try (Rope3d rope = dit.rope(frames, height, width);
                    PromptKeys keys = dit.promptKeys(text)) {
                Inputs inputs = new Inputs(dit, latent, rope, keys);
                if (profile) {
                    inputs.forward(Timesteps.all(900));
                    profiled.clear();
                    inputs.forward(Timesteps.all(900));
                    out.println(work);
                    profiled.lines().forEach(out::println);
                    return List.of();
                }
                return measured(session, inputs);
            }
        }
    }

    private List<Row> measured(DeviceSession session, Inputs inputs) {
        Stopwatch watch = new Stopwatch(session, RUNS);
        long tokens = (long) frames * height * width / 4;
        double ms = watch.best(() -> inputs.forward(Timesteps.all(900)));
        long peak = session.memory().peak().orElse(0);
        double ceiling = new Ceiling(session).of(config, tokens);
        double teraflop = Ceiling.teraflop(config, tokens);
        List<Row> rows = new ArrayList<>(List.of(new Row(work, ms, ceiling, teraflop, peak, "")));
        if (config.inChannels() == 48) {
            long known = (long) height * width / 4;
            double perToken = watch.best(() -> inputs.forward(new Timesteps(900, known)));
            rows.add(new Row(work + ", a timestep per token", perToken, ceiling, teraflop, peak, ""));
        }
        return rows;
    }

    static Tensor random(DeviceSession session, long seed, long... shape) {
        try (Rng rng = new Rng(seed)) {
            return rng.normal(shape).to(session.info().device(), DType.F32);
        }
    }

    private record Inputs(WanTransformer dit, Tensor latent, Rope3d rope, PromptKeys keys) {
        void forward(Timesteps steps) {
            try (Scope scope = Scope.open("forward.once")) {
                TimeRows time = dit.time(steps);
                Tensor velocity = dit.forward(latent, null, time, rope, keys, Inputs::goOn);
                if (!velocity.isFinite()) {
                    throw new IllegalStateException("the velocity is not finite");
                }
            }
        }

        private static void goOn() {}
    }
}
