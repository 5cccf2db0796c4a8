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
    private static final int RUNS = Integer.getInteger("bench.runs", 3);

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
                    for (Timesteps steps : steps()) {
                        inputs.forward(steps);
                        profiled.clear();
                        inputs.forward(steps);
                        out.println(work + ", " + steps);
                        profiled.lines().forEach(out::println);
                    }
                    out.println(profiled.peak());
                    return List.of();
                }
                return measured(session, inputs);
            }
        }
    }

    /** The same for all tokens, and another one for those of a given frame where the model takes one. */
    private List<Timesteps> steps() {
        Timesteps all = Timesteps.all(900);
        return config.inChannels() == 48 ? List.of(all, new Timesteps(900, (long) height * width / 4)) : List.of(all);
    }

    private List<Row> measured(DeviceSession session, Inputs inputs) {
        Stopwatch watch = new Stopwatch(session, RUNS);
        long tokens = (long) frames * height * width / 4;
        double[] times = watch.best(steps().stream()
                .map(steps -> (Runnable) () -> inputs.forward(steps))
                .toList());
        long peak = session.memory().peak().orElse(0);
        boolean counts = !"off".equals(System.getProperty("bench.ceiling"));
        Ceiling.Times ceiling = counts ? new Ceiling(session).of(config, tokens) : Row.NO_CEILING;
        double teraflop = Ceiling.teraflop(config, tokens);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            String name = i == 0 ? work : work + ", a timestep per token";
            rows.add(new Row(name, times[i], ceiling, teraflop, peak, ""));
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
