package io.github.wan4j.models.plan;

import io.github.wan4j.models.plan.MemoryEstimate.Part;
import java.util.List;

/** Where a job's memory goes: arithmetic over shapes, no device. */
final class MemoryModel {
    /** Contexts, libraries and their workspaces. */
    private static final long RUNTIME = 3L << 29;

    private static final int TEXT_TOKENS = 512;

    /** Buffers of a decoder's widest level that live at once: input, output, the residual's and the convolution's own. */
    private static final int DECODER_BUFFERS = 4;

    /** Frames of the past that a causal convolution holds. */
    private static final int CAUSAL_FRAMES = 2;

    /** What the solver holds of the latents, with noise, velocities and result. */
    private static final int LATENT_COPIES = 8;

    private final ModelShape model;
    private final LatentShape latent;
    private final Numerics numerics;
    private final boolean gpu;

    /** How many branches keep a residual, and how many run in one forward. */
    private final int cachedBranches;

    private final int batch;

    MemoryModel(ModelShape model, LatentShape latent, Numerics numerics, boolean gpu, int cachedBranches, int batch) {
        this.model = model;
        this.latent = latent;
        this.numerics = numerics;
        this.gpu = gpu;
        this.cachedBranches = cachedBranches;
        this.batch = batch;
    }

    /** @param decodeChunk latent frames that are decoded at once */
    MemoryEstimate estimate(Residency residency, int decodeChunk) {
        long runtime = gpu ? RUNTIME : RUNTIME / 4;
        boolean all = residency == Residency.RESIDENT;
        int experts = model.kind().hasTwoExperts() ? 2 : 1;
        long held = switch (residency) {
            case RESIDENT -> experts * expertBytes();
            case STAGED -> expertBytes();
            case STREAMED -> streamedBytes();
        };
        long text = textBytes();
        long autoencoder = model.vae().parameters() * numerics.autoencoder().bytes();
        long keys = 2L * promptKeys() * (all ? experts : 1);
        long latents = LATENT_COPIES * 4 * latent.elements();
        List<Part> parts = List.of(
                new Part("runtime", runtime, runtime, runtime),
                new Part("text encoder", text, all ? text : 0, all ? text : 0),
                new Part("transformer", all ? held : 0, held, all ? held : 0),
                new Part("prompt keys", 0, keys, all ? keys : 0),
                new Part("activations", 0, activations(), 0),
                new Part("reused residuals", 0, residuals(), 0),
                new Part("latents", 0, latents, latents / LATENT_COPIES),
                new Part("autoencoder", all ? autoencoder : 0, all ? autoencoder : 0, autoencoder),
                new Part("decoding", 0, 0, decoding(decodeChunk)));
        return new MemoryEstimate(residency, decodeChunk, parts, host(residency, experts));
    }

    /** Weights of one expert; in fp8 its first and last block and what is no block stay in bf16. */
    long expertBytes() {
        TransformerShape shape = model.transformer();
        if (numerics.products() != Products.FP8) {
            return shape.parameters() * numerics.products().bytes();
        }
        long inner = Math.max(0, shape.layers() - 2) * shape.blockParameters();
        return inner + (shape.parameters() - inner) * Products.BF16.bytes();
    }

    /** Two blocks, and what is no block. */
    private long streamedBytes() {
        TransformerShape shape = model.transformer();
        long blocks = shape.layers() * shape.blockParameters();
        int bytes = numerics.products().bytes();
        return (shape.parameters() - blocks) * Math.max(2, bytes)
                + Math.min(2, shape.layers()) * shape.blockParameters() * bytes;
    }

    long textBytes() {
        return model.textParameters() * (gpu ? Products.BF16.bytes() : Products.FP32.bytes());
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

    /** The residual stream in f32 and the larger of attention (norm, q, k, v, out) and feed-forward (norm, hidden, out). */
    private long activations() {
        TransformerShape shape = model.transformer();
        int bytes = numerics.products().activationBytes();
        long attention = 5L * shape.dim() * bytes;
        long feedForward = (2L * shape.dim() + shape.ffnDim()) * bytes;
        return (long) batch * latent.tokens() * (4L * shape.dim() + Math.max(attention, feedForward));
    }

    private long residuals() {
        return (long) cachedBranches
                * latent.tokens()
                * model.transformer().dim()
                * numerics.products().activationBytes();
    }

    private long decoding(int chunk) {
        VaeShape vae = model.vae();
        long pixels = (long) latent.height() * latent.width() * vae.spatialStride() * vae.spatialStride();
        int frames = Math.min(chunk, latent.frames()) * vae.temporalStride() + CAUSAL_FRAMES;
        return (long) DECODER_BUFFERS
                * frames
                * pixels
                * vae.channelsPerPixel()
                * numerics.autoencoder().activationBytes();
    }

    /** Weights that wait in host memory, and the video's frames. */
    private long host(Residency residency, int experts) {
        long frames = ((latent.frames() - 1L) * model.vae().temporalStride() + 1)
                * latent.height()
                * latent.width()
                * model.vae().spatialStride()
                * model.vae().spatialStride()
                * 3;
        long waiting = residency == Residency.RESIDENT ? 0 : experts * expertBytes();
        return (1L << 30) + frames + (gpu ? waiting : 0);
    }
}
