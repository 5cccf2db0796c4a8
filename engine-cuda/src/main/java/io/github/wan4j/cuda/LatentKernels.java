package io.github.wan4j.cuda;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.cuda.launch.Launch;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Patches and the sampler's arithmetic on latents. Null where no kernel takes the input. */
final class LatentKernels {
    private static final String PATCHIFY = "patchify/patchify.cu";
    private static final String COMBINE = "combine/combine.cu";
    private static final int THREADS = 256;
    private static final int MOST_TERMS = 8;

    private final OwnKernels library;

    LatentKernels(OwnKernels library) {
        this.library = library;
    }

    @Nullable
    Tensor patchify(Tensor latent, DType out) {
        boolean fits = isLatent(latent) && (out == DType.F32 || out == DType.BF16);
        Launch launch = !fits
                ? null
                : library.get(KernelInstance.of(PATCHIFY, "wan4j_patchify", out), 6, check -> {
                    Tensor sample = check.sample(DType.F32, 3, 2, 4, 6);
                    check.same(
                            KernelTrial.made(patchify(sample, out)),
                            check.control().patchify(sample, out));
                });
        if (launch == null) {
            return null;
        }
        long channels = latent.size(0);
        long tokens = latent.count() / channels / 4;
        Tensor result = Tensors.empty(out, latent.device(), 1, tokens, 4 * channels);
        launch.pointer(Memory.address(latent)).pointer(Memory.address(result));
        sizes(launch, channels, latent.size(1), latent.size(2), latent.size(3));
        launch.run(blocks(tokens), channels, THREADS);
        return result;
    }

    @Nullable
    Tensor unpatchify(Tensor tokens, long frames, long height, long width, DType rounding) {
        boolean fits = Memory.isPlain(tokens) && rounding == DType.BF16 && height % 2 == 0 && width % 2 == 0;
        Launch launch = !fits
                ? null
                : library.get(KernelInstance.of(PATCHIFY, "wan4j_unpatchify", tokens.dtype()), 6, check -> {
                    Tensor sample = check.sample(tokens.dtype(), 1, 12, 12);
                    check.same(
                            KernelTrial.made(unpatchify(sample, 2, 4, 6, rounding)),
                            check.control().unpatchify(sample, 2, 4, 6, rounding));
                });
        if (launch == null) {
            return null;
        }
        long channels = tokens.size(-1) / 4;
        Tensor result = Tensors.empty(DType.F32, tokens.device(), channels, frames, height, width);
        if (result.count() != tokens.count()) {
            throw new IllegalArgumentException(tokens + " are not the patches of " + result);
        }
        launch.pointer(Memory.address(tokens)).pointer(Memory.address(result));
        sizes(launch, channels, frames, height, width);
        launch.run(blocks(result.count() / channels / 4), channels, THREADS);
        return result;
    }

    @Nullable
    Tensor guidance(Tensor cond, Tensor uncond, double guidance) {
        boolean fits = isF32(cond) && isF32(uncond) && cond.sameShape(uncond);
        Launch launch = !fits
                ? null
                : library.get(KernelInstance.of(COMBINE, "wan4j_guidance"), 5, check -> {
                    Tensor c = check.sample(DType.F32, 1027);
                    Tensor u = check.sample(DType.F32, 1, 1027).reshape(1027);
                    check.same(
                            KernelTrial.made(guidance(c, u, 3.5)),
                            check.control().guidance(c, u, 3.5));
                });
        if (launch == null) {
            return null;
        }
        Tensor result = Tensors.empty(DType.F32, cond.device(), cond.shape());
        launch.pointer(Memory.address(cond)).pointer(Memory.address(uncond)).pointer(Memory.address(result));
        launch.f32(guidance).i64(result.count()).run(blocks((result.count() + 3) / 4), THREADS);
        return result;
    }

    @Nullable
    Tensor combine(double[] coefficients, Tensor... tensors) {
        int terms = tensors.length;
        boolean fits = terms > 0 && terms <= MOST_TERMS && coefficients.length == terms;
        for (Tensor tensor : tensors) {
            fits = fits && isF32(tensor) && tensor.sameShape(tensors[0]);
        }
        Launch launch = !fits
                ? null
                : library.get(KernelInstance.of(COMBINE, "wan4j_combine", terms), 3, check -> {
                    double[] weights = new double[terms];
                    Tensor[] samples = new Tensor[terms];
                    for (int i = 0; i < terms; i++) {
                        weights[i] = 1.0 / (i + 1) - 0.4 * i;
                        samples[i] = check.sample(DType.F32, i + 1, 1027)
                                .narrow(0, i, 1)
                                .copy();
                    }
                    check.same(
                            KernelTrial.made(combine(weights, samples)),
                            check.control().combine(weights, samples));
                });
        if (launch == null) {
            return null;
        }
        Tensor result = Tensors.empty(DType.F32, tensors[0].device(), tensors[0].shape());
        ByteBuffer struct = launch.struct();
        for (int i = 0; i < terms; i++) {
            struct.putLong(Long.BYTES * i, Memory.address(tensors[i]));
            struct.putDouble(Long.BYTES * (MOST_TERMS + i), coefficients[i]);
        }
        launch.pointer(Memory.address(result)).i64(result.count());
        launch.run(blocks((result.count() + 3) / 4), THREADS);
        return result;
    }

    private static void sizes(Launch launch, long channels, long frames, long height, long width) {
        launch.i32(channels).i32(frames).i32(height).i32(width);
    }

    private static boolean isLatent(Tensor latent) {
        return isF32(latent) && latent.rank() == 4 && latent.size(2) % 2 == 0 && latent.size(3) % 2 == 0;
    }

    private static boolean isF32(Tensor tensor) {
        return tensor.dtype() == DType.F32 && Memory.isPlain(tensor);
    }

    private static long blocks(long threads) {
        return (threads + THREADS - 1) / THREADS;
    }
}
