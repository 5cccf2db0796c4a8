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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One forward of a transformer, that is one branch of guidance; where a given frame is possible, also with its timesteps. Each
 * with prompts of several lengths, in turn.
 */
record Forward(String work, String tensors, WanConfig config, Precision precision, int frames, int height, int width)
        implements FullSizeReport.Work {
    private static final int RUNS = Integer.getInteger("bench.runs", 3);

    /** Tokens of prompts; the models' own negative one has 126, and 512 is the most. */
    static final int[] PROMPTS = Arrays.stream(
                    System.getProperty("bench.prompt", "126").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();

    /** What is measured: a kind of timestep with a prompt of so many tokens. */
    private record Case(Timesteps steps, int prompt) {}

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
            try (Rope3d rope = dit.rope(frames, height, width);
                    Texts texts = texts(session, dit)) {
                Inputs inputs = new Inputs(dit, latent, rope, texts);
                if (profile) {
                    for (Case one : cases()) {
                        inputs.forward(one);
                        profiled.clear();
                        inputs.forward(one);
                        out.println(work + ", " + one);
                        profiled.lines().forEach(out::println);
                    }
                    out.println(profiled.peak());
                    return List.of();
                }
                return measured(session, inputs);
            }
        }
    }

    /** The same timestep for all tokens, and another one for those of a given frame where the model takes one. */
    private List<Case> cases() {
        Timesteps all = Timesteps.all(900);
        Timesteps frame = new Timesteps(900, (long) height * width / 4);
        List<Case> cases = new ArrayList<>();
        for (int prompt : PROMPTS) {
            cases.add(new Case(all, prompt));
            if (config.inChannels() == 48) {
                cases.add(new Case(frame, prompt));
            }
        }
        return cases;
    }

    private Texts texts(DeviceSession session, WanTransformer dit) {
        Map<Integer, PromptKeys> keys = new LinkedHashMap<>();
        for (int prompt : PROMPTS) {
            Tensor text = random(session, 2, prompt, config.textDim()).mul(0.1);
            keys.put(prompt, dit.promptKeys(text));
        }
        return new Texts(keys);
    }

    /** Prompts by their number of tokens. */
    private record Texts(Map<Integer, PromptKeys> keys) implements AutoCloseable {
        PromptKeys of(int tokens) {
            return Objects.requireNonNull(keys.get(tokens), "no prompt of " + tokens + " tokens");
        }

        @Override
        public void close() {
            keys.values().forEach(PromptKeys::close);
        }
    }

    private List<Row> measured(DeviceSession session, Inputs inputs) {
        Stopwatch watch = new Stopwatch(session, RUNS);
        long tokens = (long) frames * height * width / 4;
        List<Case> cases = cases();
        double[] times = watch.best(
                cases.stream().map(one -> (Runnable) () -> inputs.forward(one)).toList());
        long peak = session.memory().peak().orElse(0);
        boolean counts = !"off".equals(System.getProperty("bench.ceiling"));
        Ceiling.Times ceiling = counts ? new Ceiling(session).of(config, tokens) : Row.NO_CEILING;
        double teraflop = Ceiling.teraflop(config, tokens);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < times.length; i++) {
            Case one = cases.get(i);
            String name = work + (one.steps().known() == 0 ? "" : ", a timestep per token") + ", " + one.prompt()
                    + " tokens of prompt";
            rows.add(new Row(name, times[i], ceiling, teraflop, peak, ""));
        }
        return rows;
    }

    static Tensor random(DeviceSession session, long seed, long... shape) {
        try (Rng rng = new Rng(seed)) {
            return rng.normal(shape).to(session.info().device(), DType.F32);
        }
    }

    private record Inputs(WanTransformer dit, Tensor latent, Rope3d rope, Texts texts) {
        void forward(Case one) {
            try (Scope scope = Scope.open("forward.once")) {
                TimeRows time = dit.time(one.steps());
                Tensor velocity = dit.forward(latent, null, time, rope, texts.of(one.prompt()), Inputs::goOn);
                if (!velocity.isFinite()) {
                    throw new IllegalStateException("the velocity is not finite");
                }
            }
        }

        private static void goOn() {}
    }
}
