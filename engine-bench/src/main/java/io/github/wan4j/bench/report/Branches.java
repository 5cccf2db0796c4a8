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
import java.util.ArrayList;
import java.util.List;

/**
 * One step's two branches of guidance, one after the other and in one forward, from few tokens to many: what the rule of
 * batched guidance is made from.
 */
record Branches(String work, String tensors, WanConfig config, List<Grid> grids) implements FullSizeReport.Work {
    private static final int RUNS = 5;

    /** Sides of a latent. */
    record Grid(int frames, int height, int width) {
        long tokens() {
            return (long) frames * height * width / 4;
        }
    }

    @Override
    public List<Row> run(DeviceSession session, boolean profile, PrintWriter out) {
        List<Row> rows = new ArrayList<>();
        try (HeaderFile file = new HeaderFile(tensors);
                RandomStore store = new RandomStore(session.info().device(), session.kernels());
                Scope scope = Scope.open("branches")) {
            Weights weights = Weights.of(file.checkpoint(), store);
            WanTransformer dit = new WanTransformer(config, Precision.BF16, session.kernels(), weights);
            weights.requireAllTaken();
            int tokens = Forward.PROMPTS[0];
            Tensor cond = Forward.random(session, 2, tokens, config.textDim()).mul(0.1);
            Tensor uncond = Forward.random(session, 3, tokens, config.textDim()).mul(0.1);
            try (PromptKeys first = dit.promptKeys(cond);
                    PromptKeys second = dit.promptKeys(uncond);
                    PromptKeys both = dit.promptKeys(cond, uncond)) {
                for (Grid grid : grids) {
                    rows.add(measured(session, dit, grid, first, second, both));
                }
            }
        }
        return rows;
    }

    private Row measured(
            DeviceSession session,
            WanTransformer dit,
            Grid grid,
            PromptKeys first,
            PromptKeys second,
            PromptKeys both) {
        Stopwatch watch = new Stopwatch(session, RUNS);
        try (Scope scope = Scope.open("branches.grid");
                Rope3d rope = dit.rope(grid.frames(), grid.height(), grid.width())) {
            Tensor latent = Forward.random(session, 1, config.inChannels(), grid.frames(), grid.height(), grid.width());
            double apart = watch.best(() -> step(dit, latent, rope, first, second));
            double together = watch.best(() -> step(dit, latent, rope, both));
            long peak = session.memory().peak().orElse(0);
            String note =
                    String.format("in one forward; two take %.1f ms, %.2f times as long", apart, apart / together);
            double teraflop = 2 * Ceiling.teraflop(config, grid.tokens());
            return new Row(work + ", " + grid.tokens() + " tokens", together, Row.NO_CEILING, teraflop, peak, note);
        }
    }

    /** From one stem, as jobs do: the passes one after the other, each of one prompt or of two side by side. */
    private static void step(WanTransformer dit, Tensor latent, Rope3d rope, PromptKeys... passes) {
        try (Scope scope = Scope.open("branches.once")) {
            TimeRows time = dit.time(Timesteps.all(900));
            Stem stem = dit.stem(dit.embed(latent, null), time, rope, Branches::goOn);
            for (PromptKeys keys : passes) {
                Tensor through = dit.blocks(stem.again(), time, rope, keys, Branches::goOn);
                for (long i = 0; i < through.size(0); i++) {
                    if (!dit.head(through.narrow(0, i, 1), time, rope).isFinite()) {
                        throw new IllegalStateException("the velocity is not finite");
                    }
                }
            }
        }
    }

    private static void goOn() {}
}
