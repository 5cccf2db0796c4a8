package io.github.wan4j.models.wan;

import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.weights.Weights;
import java.nio.file.Path;

/**
 * Shape of a Wan transformer. Patches are of one frame and 2×2 latent pixels; queries and keys are normalised; norm3 has
 * weights.
 */
public record WanConfig(
        int dim,
        int ffnDim,
        int heads,
        int layers,
        int inChannels,
        int outChannels,
        int freqDim,
        int textLength,
        int textDim,
        double eps) {
    public WanConfig {
        requirePositive("dim", dim);
        requirePositive("ffn_dim", ffnDim);
        requirePositive("num_heads", heads);
        requirePositive("num_layers", layers);
        requirePositive("in_dim", inChannels);
        requirePositive("out_dim", outChannels);
        requirePositive("freq_dim", freqDim);
        requirePositive("text_len", textLength);
        requirePositive("text_dim", textDim);
        if (dim % heads != 0 || dim / heads % 2 != 0) {
            throw new IllegalArgumentException(
                    "dim " + dim + " with " + heads + " heads: a head must have an even number of values");
        }
        if (freqDim % 2 != 0) {
            throw new IllegalArgumentException("freq_dim " + freqDim + " is odd; it holds cosines and sines");
        }
        if (!(eps > 0)) {
            throw new IllegalArgumentException("eps is " + eps + ", must be above 0");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }

    /** An expert of Wan2.2-T2V-A14B. */
    public static WanConfig t2vA14b() {
        return new WanConfig(5120, 13824, 40, 40, 16, 16, 256, 512, 4096, 1e-6);
    }

    /** An expert of Wan2.2-I2V-A14B: 16 channels of noise, 4 of mask, 16 of the encoded image. */
    public static WanConfig i2vA14b() {
        return new WanConfig(5120, 13824, 40, 40, 36, 16, 256, 512, 4096, 1e-6);
    }

    /** Wan2.2-TI2V-5B. */
    public static WanConfig ti2v5b() {
        return new WanConfig(3072, 14336, 24, 30, 48, 48, 256, 512, 4096, 1e-6);
    }

    /**
     * Read from a {@code config.json} in either naming; the width of encoded prompts is taken from the weights (original
     * names), because not every configuration holds it.
     */
    public static WanConfig read(Path file, Weights weights) {
        return read(file, Math.toIntExact(weights.shape("text_embedding.0.weight")[1]));
    }

    /** The same with the width of encoded prompts known. */
    public static WanConfig read(Path file, int textDim) {
        return new WanConfigFile(file).config(textDim);
    }

    public int headDim() {
        return dim / heads;
    }

    /** x [B, L, dim] as [B, L, heads, headDim]. */
    Tensor heads(Tensor x) {
        return x.reshape(x.size(0), x.size(1), heads, headDim());
    }

    double attentionScale() {
        return 1 / Math.sqrt(headDim());
    }
}
