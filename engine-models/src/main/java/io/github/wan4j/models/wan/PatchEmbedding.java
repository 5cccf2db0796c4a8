package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;

/** Patches of one frame and 2×2 latent pixels to tokens: a convolution whose stride is its kernel, so a linear layer. */
final class PatchEmbedding {
    private final Kernels kernels;
    private final DType dtype;
    private final int dim;
    private final int channels;
    private final Tensor weight;
    private final Tensor bias;

    PatchEmbedding(WanConfig config, Precision precision, Kernels kernels, Weights weights) {
        this.kernels = kernels;
        dtype = precision.products();
        dim = config.dim();
        channels = config.inChannels();
        weight = weights.get("weight", dtype, dim, channels, 1, 2, 2);
        bias = weights.get("bias", dtype, dim);
    }

    /** latent [C, T, h, w] f32; tokens [1, T·h/2·w/2, D]. */
    Tensor forward(Tensor latent) {
        if (latent.rank() != 4 || latent.size(0) != channels || latent.size(2) % 2 != 0 || latent.size(3) % 2 != 0) {
            throw new IllegalArgumentException(
                    "latent is " + latent + ", expected [" + channels + ", T, h, w] with even h and w");
        }
        try (Scope scope = Scope.open("dit.patch")) {
            Tensor matrix = weight.reshape(dim, channels * 4L);
            return scope.keep(kernels.linear(kernels.patchify(latent, dtype), matrix, bias));
        }
    }
}
