package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Keys;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.weights.Blocks;
import io.github.wan4j.core.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The network: a latent, its timestep and a prompt in, the velocity out. */
public final class WanTransformer {
    private final WanConfig config;
    private final DType products;
    private final Kernels kernels;
    private final Device device;
    private final PatchEmbedding patchEmbedding;
    private final TextEmbedding textEmbedding;
    private final TimeEmbedding timeEmbedding;
    private final Blocks<PromptProjection> projections;
    private final Blocks<DitBlock> blocks;
    private final Head head;
    private final Replays beginnings;
    private final Replays passes;

    public WanTransformer(WanConfig config, Precision precision, Kernels kernels, Weights weights) {
        this.config = config;
        this.kernels = kernels;
        products = precision.products();
        device = weights.device();
        patchEmbedding = new PatchEmbedding(config, precision, kernels, weights.at("patch_embedding"));
        textEmbedding = new TextEmbedding(config, precision, weights.at("text_embedding"));
        timeEmbedding = new TimeEmbedding(config, kernels, weights);
        projections = weights.passingBlocks(
                "blocks",
                config.layers(),
                block -> new PromptProjection(config, precision, kernels, block.at("cross_attn")));
        int last = config.layers() - 1;
        blocks = weights.blocks("blocks", config.layers(), (i, block) -> {
            boolean inner = 0 < i && i < last; // the outer two are where less exact numbers would cost most
            return new DitBlock(config, precision.ofBlock(i, config.layers()), kernels, inner, block);
        });
        head = new Head(config, kernels, weights.at("head"));
        beginnings = weights.replays("transformer's first self-attention");
        passes = weights.replays("transformer");
    }

    public WanConfig config() {
        return config;
    }

    /** Where it computes; its inputs must be there. */
    public Device device() {
        return device;
    }

    /** Positions of a latent [C, frames, height, width]; the caller closes them. */
    public Rope3d rope(long frames, long height, long width) {
        return new Rope3d(config, frames, height, width, device, kernels.angles());
    }

    /** Encoded prompts, each [n, textDim], as a batch; the caller closes the result. */
    public PromptKeys promptKeys(Tensor... prompts) {
        List<Keys> layers = new ArrayList<>();
        try (Scope scope = Scope.open("dit.prompt")) {
            Tensor text = textEmbedding.forward(prompts);
            for (int i = 0; i < projections.count(); i++) {
                Keys keys = projections.get(i).keys(text);
                layers.add(new Keys(scope.release(keys.k()), scope.release(keys.v()), keys.times()));
            }
            return new PromptKeys(layers, passes);
        } catch (RuntimeException | Error e) {
            layers.forEach(Keys::close);
            throw e;
        }
    }

    /** What a step's timestep means to the network; both branches of guidance share it. */
    public TimeRows time(Timesteps steps) {
        return timeEmbedding.forward(steps);
    }

    /**
     * latent [C, T, h, w] f32, followed by the channels of {@code condition} (I2V: mask and encoded image), to tokens
     * [1, L, D].
     */
    public Tensor embed(Tensor latent, @Nullable Tensor condition) {
        try (Scope scope = Scope.open("dit.embed")) {
            Tensor input = condition == null ? latent : Tensors.cat(0, latent, condition);
            return scope.keep(patchEmbedding.forward(input));
        }
    }

    /** Tokens [B, L, D], which are freed, through the first block's self-attention. {@code check} may throw to stop. */
    public Stem stem(Tensor tokens, TimeRows time, Rope3d rope, Runnable check) {
        check.run();
        return new Stem(rope.run(
                beginnings,
                time.split(),
                inputs -> {
                    try (Scope scope = Scope.open("dit.stem")) {
                        Sequence sequence = Sequence.of(kernels, time.with(inputs.get(1)), rope);
                        return scope.keep(blocks.get(0).attended(sequence.parts(), sequence.apart(inputs.get(0))));
                    }
                },
                tokens,
                time.e0()));
    }

    /** A stem, which is freed, through the rest of all blocks; [B, L, D] f32. {@code check} runs now and then. */
    public Tensor blocks(Stem stem, TimeRows time, Rope3d rope, PromptKeys keys, Runnable check) {
        check.run();
        return keys.run(
                rope,
                time.split(),
                inputs -> through(new Stem(inputs.get(0)), time.with(inputs.get(1)), rope, keys, check),
                stem.x(),
                time.e0());
    }

    private Tensor through(Stem stem, TimeRows time, Rope3d rope, PromptKeys keys, Runnable check) {
        try (Scope scope = Scope.open("dit.blocks")) {
            Sequence sequence = Sequence.of(kernels, time, rope);
            List<Part> parts = sequence.parts();
            List<Residual> x = blocks.get(0).prompted(parts, stem.times(keys.prompts()), keys.layer(0));
            for (int i = 1; i < blocks.count(); i++) {
                check.run();
                x = blocks.get(i).forward(parts, x, keys.layer(i));
            }
            return scope.keep(sequence.joined(
                    x.stream().map(residual -> residual.sum(kernels)).toArray(Tensor[]::new)));
        }
    }

    /** tokens [1, L, D] f32 to the velocity [C, T, h, w] f32. */
    public Tensor head(Tensor tokens, TimeRows time, Rope3d rope) {
        try (Scope scope = Scope.open("dit.velocity")) {
            return scope.keep(kernels.unpatchify(
                    head.forward(tokens, time), rope.frames(), rope.height(), rope.width(), products));
        }
    }

    /** {@link #embed}, {@link #stem}, {@link #blocks} and {@link #head} for one prompt. */
    public Tensor forward(
            Tensor latent, @Nullable Tensor condition, TimeRows time, Rope3d rope, PromptKeys keys, Runnable check) {
        try (Scope scope = Scope.open("dit")) {
            Stem stem = stem(embed(latent, condition), time, rope, check);
            return scope.keep(head(blocks(stem, time, rope, keys, check), time, rope));
        }
    }
}
