package io.github.wan4j.models.plan;

import io.github.wan4j.core.Residency;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.models.plan.DeviceProfile.Rates;
import io.github.wan4j.video.RunReport.Seconds;
import java.util.List;

/** Where a job's time goes: operations and bytes over the device's rates. */
final class TimeModel {
    private static final double TERA = 1e12;
    private static final double GIGA = 1e9;
    private static final int TEXT_TOKENS = 512;

    /** Passes over the residual stream that a block makes besides its products, each of them 6 bytes an element. */
    private static final double PASSES = 10;

    private static final double PASS_BYTES = 6;

    /** GB/s that weights come from the disk with, and from there to where they are loaded. */
    private static final double DISK_RATE = 2;

    private static final double LOAD_RATE = 20;

    /** Pixels a second that the video writer takes. */
    private static final double WRITE_RATE = 25e6;

    /** TFLOP/s of a host's processors. */
    private static final double HOST_TFLOPS = 1;

    private final ModelShape model;
    private final LatentShape latent;
    private final Numerics numerics;
    private final Rates rates;
    private final boolean gpu;
    private final boolean image;
    private final double cachedWeights;
    private final MeasuredRates.Factors factors;

    TimeModel(PlanRequest request, LatentShape latent, Numerics numerics, DeviceProfile device) {
        model = request.model();
        this.latent = latent;
        this.numerics = numerics;
        rates = device.rates();
        gpu = device.gpu();
        image = request.options().image() || model.kind().needsImage();
        cachedWeights = device.cachedWeights();
        factors = device.measured().factors(MeasuredRates.Key.of(request, numerics, latent));
    }

    /** The time of every stage, weights loaded from the disk included. */
    Seconds estimate(List<PlannedStep> steps, boolean batched, MemoryModel memory, Arrangement arrangement) {
        int forwards = steps.stream().mapToInt(step -> step.computed().size()).sum();
        int active = steps.stream().mapToInt(step -> step.guided() ? 2 : 1).sum();
        double transfer = transfer(memory);
        double least = arrangement.residency() == Residency.STREAM ? transfer : 0;
        double spared = arrangement.sharesBranches() ? stem() : 0;
        double computed = steps.stream()
                .mapToInt(step -> step.computed().size())
                .mapToDouble(branches -> batched
                        ? Math.max(branches * forward() - (branches == 2 ? spared : 0), branches == 0 ? 0 : least)
                        : branches == 2
                                ? Math.max(forward(), least) + Math.max(forward() - spared, least)
                                : branches * Math.max(forward(), least))
                .sum();
        double moves = arrangement.residency() == Residency.ONE_EXPERT ? model.experts() * transfer : 0;
        double encode =
                2 * text(arrangement) + textMove(memory, arrangement) + (image ? 0.6 * encodedShare() * decode() : 0);
        double denoise = computed + (active - forwards) * reusedForward() + moves + promptMoves(memory, arrangement);
        return factors.of(load(memory, arrangement), encode, denoise, decode(), pixels() / WRITE_RATE);
    }

    /** All weights are read from the disk unless the host has them; some of them are then brought to the device ahead. */
    private double load(MemoryModel memory, Arrangement arrangement) {
        double experts = model.experts() * memory.expertBytes();
        double ahead = (arrangement.keepsWeights() ? experts : 0)
                + (arrangement.textEncoder() == TextEncoderPlace.FREE ? 0 : memory.textBytes());
        return ((1 - cachedWeights) * (memory.textBytes() + experts) / DISK_RATE + ahead / LOAD_RATE) / GIGA;
    }

    /** All weights of an expert from the host. */
    private double transfer(MemoryModel memory) {
        return memory.expertBytes() / GIGA / rates.host();
    }

    /** Whether streamed weights take longer to come than one branch takes to compute. */
    boolean isBoundByTransfer(MemoryModel memory) {
        return transfer(memory) > forward();
    }

    /** From the host for either prompt, where the encoder does not stay on the device. */
    private double textMove(MemoryModel memory, Arrangement arrangement) {
        return arrangement.textEncoder() == TextEncoderPlace.FREE ? 2 * memory.textBytes() / GIGA / rates.host() : 0;
    }

    /** Weights that only prompts meet, for two prompts and every expert, where they come each time. */
    double promptMoves(MemoryModel memory, Arrangement arrangement) {
        return gpu && arrangement.passesPromptWeights()
                ? 2L * model.experts() * memory.promptBytes() / GIGA / rates.host()
                : 0;
    }

    /** One branch of one step. */
    double forward() {
        TransformerShape shape = model.transformer();
        double tokens = latent.tokens();
        double dim = shape.dim();
        double products = 2 * tokens * shape.layers() * (6 * dim * dim + 2 * dim * shape.ffnDim());
        double attention = 4 * tokens * (tokens + TEXT_TOKENS) * dim * shape.layers();
        double passes = PASSES * PASS_BYTES * tokens * dim * shape.layers();
        return (products / rates.products(numerics.products())
                        + attention / rates.attention()
                        + passes / rates.memory())
                / TERA;
    }

    /** The first block's self-attention, which computes in bf16 where the others have fp8. */
    private double stem() {
        TransformerShape shape = model.transformer();
        double tokens = latent.tokens();
        double dim = shape.dim();
        return (2 * tokens * 4 * dim * dim / rates.products(numerics.withoutFp8())
                        + 4 * tokens * tokens * dim / rates.attention())
                / TERA;
    }

    /** Embeddings, the sum and the head. */
    private double reusedForward() {
        return PASSES * PASS_BYTES * latent.tokens() * model.transformer().dim() / rates.memory() / TERA;
    }

    private double text(Arrangement arrangement) {
        double bytes = 2.0 * model.textParameters();
        double products = 2.0 * TEXT_TOKENS * model.textParameters();
        if (gpu && arrangement.textEncoder() == TextEncoderPlace.CPU) {
            return products / HOST_TFLOPS / TERA;
        }
        return (bytes / rates.memory() + products / rates.products(numerics.withoutFp8())) / TERA;
    }

    private double decode() {
        double rate = numerics.autoencoder() == Products.FP32
                ? Math.min(rates.convolution() / 3, 3 * rates.fp32())
                : rates.convolution();
        return pixels() * model.vae().flopsPerPixel() / rate / TERA;
    }

    /** I2V encodes as many frames as it makes; TI2V the first alone. */
    private double encodedShare() {
        return model.kind().needsImage() ? 1 : 1.0 / latent.frames();
    }

    private double pixels() {
        VaeShape vae = model.vae();
        double frames = (latent.frames() - 1) * vae.temporalStride() + 1;
        return frames * latent.height() * latent.width() * vae.spatialStride() * vae.spatialStride();
    }
}
