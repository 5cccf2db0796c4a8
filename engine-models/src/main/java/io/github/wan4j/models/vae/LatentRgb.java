package io.github.wan4j.models.vae;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import java.util.Arrays;

/**
 * Latents to colours without a decoder: every latent pixel is a colour by one small matrix, a picture as small and as rough
 * as the latent. One matrix is not good for all videos: on the mini models one that is made from another video is 5 to 15 dB off
 * the truth, one that is made from three latent frames of the same video 24 to 28 dB.
 */
public final class LatentRgb {
    /** Keeps latent channels that say nothing of colour from having a say. */
    private static final double RIDGE = 1e-3;

    private final float[] matrix;
    private final float[] bias;

    /** @param rows for red, green and blue, the weights of all channels followed by a constant */
    private LatentRgb(double[][] rows) {
        int channels = rows[0].length - 1;
        matrix = new float[3 * channels];
        bias = new float[3];
        for (int colour = 0; colour < 3; colour++) {
            for (int c = 0; c < channels; c++) {
                matrix[colour * channels + c] = (float) rows[colour][c];
            }
            bias[colour] = (float) rows[colour][channels];
        }
    }

    /** The least squares of a video [3, 1 + 4k, H, W] over its latents [C, 1 + k, h, w]. */
    public static LatentRgb fit(Tensor latents, Tensor video) {
        try (Scope scope = Scope.open("latent.rgb.fit")) {
            long channels = latents.size(0);
            float[] z = latents.reshape(channels, -1).toFloats();
            float[] colours = shrunk(video, latents).toFloats();
            return new LatentRgb(LeastSquares.solve(z, Math.toIntExact(channels), colours, 3, RIDGE));
        }
    }

    /** video [3, 1 + 4k, H, W] averaged over what each pixel of latents [C, 1 + k, h, w] stands for: [3, 1 + k, h, w]. */
    public static Tensor shrunk(Tensor video, Tensor latents) {
        long rest = latents.size(1) - 1;
        long h = latents.size(2);
        long w = latents.size(3);
        try (Scope scope = Scope.open("latent.rgb.shrink")) {
            Tensor first = averaged(video.narrow(1, 0, 1), 1, h, w);
            if (rest == 0) {
                return scope.keep(first);
            }
            Tensor others = averaged(video.narrow(1, 1, rest * Vae.TEMPORAL_STRIDE), rest, h, w);
            return scope.keep(Tensors.cat(1, first, others));
        }
    }

    private static Tensor averaged(Tensor video, long frames, long h, long w) {
        return video.reshape(3, frames, video.size(1) / frames, h, video.size(2) / h, w, video.size(3) / w)
                .mean(false, 2, 4, 6);
    }

    /** latents [C, T, h, w] f32 to colours [3, T, h, w], mostly within −1 and 1. */
    public Tensor forward(Tensor latents) {
        long[] shape = latents.shape();
        if (shape.length != 4 || shape[0] * 3 != matrix.length) {
            throw new IllegalArgumentException(
                    "latents are " + Arrays.toString(shape) + ", expected [" + matrix.length / 3 + ", T, h, w]");
        }
        try (Scope scope = Scope.open("latent.rgb.forward")) {
            Tensor weights = Tensors.of(matrix, 3, shape[0]).to(latents.device(), DType.F32);
            Tensor constant = Tensors.of(bias, 3, 1).to(latents.device(), DType.F32);
            Tensor colours = weights.matmul(latents.reshape(shape[0], -1)).add(constant);
            return scope.keep(colours.reshape(3, shape[1], shape[2], shape[3]));
        }
    }
}
