package io.github.wan4j.models.plan;

import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.models.plan.MemoryEstimate.Part;
import io.github.wan4j.video.Size;
import java.util.List;

/** Where a job's memory goes: arithmetic over shapes, no device. */
final class MemoryModel {
    /** A GPU's context, code of the libraries and their handles. */
    static final long GPU_RUNTIME = 3L << 28;

    /** libtorch and the JVM's own. */
    private static final long CPU_RUNTIME = 3L << 27;

    /** Workspaces of the libraries, which the allocator counts. */
    private static final long WORKSPACES = 1L << 26;

    private static final int TEXT_TOKENS = 512;

    /** The share that UMT5-XXL's embedding and two of its 24 blocks have of all its weights. */
    private static final double TEXT_STREAMED = 0.26;

    /** What the solver holds of the latents, with noise, velocities and result. */
    private static final int LATENT_COPIES = 8;

    private final ModelShape model;
    private final LatentShape latent;
    private final Size size;
    private final Numerics numerics;
    private final boolean gpu;
    private final boolean image;

    /** How many branches keep a residual, and how many run in one forward. */
    private final int cachedBranches;

    private final int batch;

    private final TransformerMemory transformer;
    private final VaeMemory vae;

    MemoryModel(
            PlanRequest request, Size size, int frames, Numerics numerics, boolean gpu, int cachedBranches, int batch) {
        model = request.model();
        this.size = size;
        latent = LatentShape.of(model.vae(), size, frames);
        this.numerics = numerics;
        this.gpu = gpu;
        image = request.options().image() || model.kind().needsImage();
        this.cachedBranches = cachedBranches;
        this.batch = batch;
        transformer = new TransformerMemory(model.transformer(), numerics.products(), gpu);
        vae = new VaeMemory(model.vae(), numerics.autoencoder());
    }

    MemoryEstimate estimate(Arrangement arrangement) {
        boolean keeps = arrangement.keepsWeights();
        long runtime = gpu ? GPU_RUNTIME : CPU_RUNTIME;
        long text = text(arrangement.textEncoder());
        long textLater = arrangement.textEncoder() == TextEncoderPlace.FREE ? 0 : text;
        long held = held(arrangement);
        long latents = LATENT_COPIES * 4 * latent.elements();
        List<Part> parts = List.of(
                new Part(MemoryEstimate.RUNTIME, runtime, runtime, runtime),
                new Part("workspaces", WORKSPACES, WORKSPACES, WORKSPACES),
                new Part("text encoder", text + textActivations(text), textLater, textLater),
                new Part("transformer", keeps ? held : 0, held, keeps ? held : 0),
                new Part("prompt keys", 0, 2L * promptKeys(), 0),
                new Part("activations", 0, transformer.activations(latent.tokens(), batch), 0),
                new Part("shared stem", 0, stem(arrangement), 0),
                new Part("reused residuals", 0, residuals(), 0),
                new Part("latents", 0, latents, latents / LATENT_COPIES),
                new Part("autoencoder", keeps || image ? vae.weights() : 0, keeps ? vae.weights() : 0, vae.weights()),
                new Part(MemoryEstimate.ENCODING, image ? encoding(arrangement, text - textLater) : 0, 0, 0),
                new Part("decoding", 0, 0, decoding(arrangement)));
        return new MemoryEstimate(arrangement, parts, host(arrangement));
    }

    /** Weights of one expert. */
    long expertBytes() {
        return transformer.weights();
    }

    /** Those of an expert that only prompts meet. */
    long promptBytes() {
        return transformer.promptWeights();
    }

    /** What it saves that all of those pass by. */
    long savedByPassing() {
        return model.experts() * (transformer.weights() - transformer.weightsWithoutPrompt());
    }

    private long held(Arrangement arrangement) {
        int experts = model.experts();
        long others = (experts - 1) * transformer.besideBlocks();
        return switch (arrangement.residency()) {
            case RESIDENT ->
                gpu && arrangement.passesPromptWeights()
                        ? experts * transformer.weightsWithoutPrompt()
                        : experts * transformer.weights();
            case ONE_EXPERT, AUTO -> transformer.weightsWithoutPrompt() + others;
            case STREAM -> transformer.streamed() + others;
        };
    }

    /** One that leaves again streams past: its embedding and two of its blocks are there at a time. */
    private long text(TextEncoderPlace place) {
        if (!gpu) {
            return textBytes();
        }
        return switch (place) {
            case GPU, AUTO -> textBytes();
            case FREE -> (long) (TEXT_STREAMED * textBytes());
            case CPU -> 0;
        };
    }

    long textBytes() {
        return model.textParameters() * (gpu ? Products.BF16.bytes() : Products.FP32.bytes());
    }

    /** Of 512 tokens: small beside the weights. */
    private static long textActivations(long weights) {
        return weights / 64;
    }

    /** Keys and values of one prompt for all blocks of one expert. */
    private long promptKeys() {
        TransformerShape shape = model.transformer();
        return 2L
                * shape.layers()
                * TEXT_TOKENS
                * shape.dim()
                * numerics.products().activationBytes();
    }

    /** Kept from one branch to the other; side by side they need it at the same time. */
    private long stem(Arrangement arrangement) {
        return arrangement.sharesBranches() && batch == 1 ? transformer.stem(latent.tokens()) : 0;
    }

    /** In f32. */
    private long residuals() {
        return (long) cachedBranches * latent.tokens() * model.transformer().dim() * 4;
    }

    /**
     * I2V encodes as many frames as it makes, TI2V the first alone: after the prompts, in what the text encoder has given
     * back and more.
     */
    private long encoding(Arrangement arrangement, long givenBack) {
        int frames = model.kind().needsImage() ? latent.frames() : 1;
        return Math.max(0, vae.activations(size, frames, arrangement.chunk(), arrangement.tile()) - givenBack);
    }

    private long decoding(Arrangement arrangement) {
        return vae.activations(size, latent.frames(), arrangement.chunk(), arrangement.tile());
    }

    /** Weights that wait in host memory, the video's frames, and tiles that come together. */
    private long host(Arrangement arrangement) {
        long frames = ((latent.frames() - 1L) * model.vae().temporalStride() + 1) * size.area() * 3;
        long waiting = arrangement.keepsWeights() ? 0 : model.experts() * expertBytes();
        long text = arrangement.textEncoder() == TextEncoderPlace.GPU ? 0 : textBytes();
        return (1L << 30) + frames + vae.host(size, latent.frames(), arrangement.tile()) + (gpu ? waiting + text : 0);
    }
}
