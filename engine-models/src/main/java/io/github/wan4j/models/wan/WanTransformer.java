package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.Replays;
import io.github.wan4j.core.kernels.Rotation;
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
    private final Replays replays;

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
        replays = weights.replays("transformer");
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
        List<PromptKeys.Layer> layers = new ArrayList<>();
        try (Scope scope = Scope.open("dit.prompt")) {
            Tensor text = textEmbedding.forward(prompts);
            for (int i = 0; i < projections.count(); i++) {
                PromptKeys.Layer keys = projections.get(i).keys(text);
                layers.add(new PromptKeys.Layer(scope.release(keys.k()), scope.release(keys.v()), keys.times()));
            }
            return new PromptKeys(layers, replays);
        } catch (RuntimeException | Error e) {
            layers.forEach(PromptKeys.Layer::close);
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

    /** tokens [B, L, D] through all blocks; [B, L, D] f32. {@code check} runs now and then and may throw to stop. */
    public Tensor blocks(Tensor tokens, TimeRows time, Rope3d rope, PromptKeys keys, Runnable check) {
        try (Scope scope = Scope.open("dit.blocks")) {
            Tensor alias = tokens.reshape(tokens.shape()); // the caller keeps its own
            return scope.keep(consume(alias, time, rope, keys, check));
        }
    }

    /** The same, and frees the tokens as soon as it can: at 720p they are 0.7 GiB. */
    public Tensor consume(Tensor tokens, TimeRows time, Rope3d rope, PromptKeys keys, Runnable check) {
        check.run();
        return keys.run(
                rope,
                time,
                inputs ->
                        through(inputs.get(0), new TimeRows(time.e(), inputs.get(1), time.split()), rope, keys, check),
                tokens);
    }

    private Tensor through(Tensor tokens, TimeRows time, Rope3d rope, PromptKeys keys, Runnable check) {
        try (Scope scope = Scope.open("dit.blocks.through")) {
            long count = tokens.size(1);
            long copies = kernels.tokens(count) - count;
            Tensor all = copies == 0 ? tokens : withCopies(tokens, copies);
            Rotation rotation = copies == 0 ? rope.rotation() : rope.rotation().withCopies(copies);
            long atOnce = kernels.takesQueriesInParts() ? Part.atOnce(count) : count + copies;
            List<Part> parts = Part.of(time, rotation, count + copies, copies, atOnce);
            List<Residual> x = List.of(Residual.of(all));
            if (parts.size() > 1) { // in tensors of their own, so that each can be freed
                x = parts.stream().map(part -> Residual.of(part.copyOf(all))).toList();
                all.close();
            }
            for (int i = 0; i < blocks.count(); i++) {
                if (i > 0) {
                    check.run();
                }
                x = blocks.get(i).forward(parts, x, keys.layer(i));
            }
            Tensor[] sums = x.stream().map(residual -> residual.sum(kernels)).toArray(Tensor[]::new);
            Tensor sum = sums.length == 1 ? sums[0] : Tensors.cat(1, sums);
            return scope.keep(copies == 0 ? sum : sum.narrow(1, 0, count).contiguous());
        }
    }

    /** Followed by copies of its last token; frees it. */
    private static Tensor withCopies(Tensor tokens, long copies) {
        try (Scope scope = Scope.open("dit.blocks.copies")) {
            Tensor last = tokens.narrow(1, tokens.size(1) - 1, 1).expand(tokens.size(0), copies, tokens.size(2));
            Tensor all = Tensors.cat(1, tokens, last);
            tokens.close();
            return scope.keep(all);
        }
    }

    /** tokens [1, L, D] f32 to the velocity [C, T, h, w] f32. */
    public Tensor head(Tensor tokens, TimeRows time, Rope3d rope) {
        try (Scope scope = Scope.open("dit.velocity")) {
            return scope.keep(kernels.unpatchify(
                    head.forward(tokens, time), rope.frames(), rope.height(), rope.width(), products));
        }
    }

    /** {@link #embed}, {@link #blocks} and {@link #head} for one prompt. */
    public Tensor forward(
            Tensor latent, @Nullable Tensor condition, TimeRows time, Rope3d rope, PromptKeys keys, Runnable check) {
        try (Scope scope = Scope.open("dit")) {
            return scope.keep(head(consume(embed(latent, condition), time, rope, keys, check), time, rope));
        }
    }
}
