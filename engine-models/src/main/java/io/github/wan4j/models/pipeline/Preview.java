package io.github.wan4j.models.pipeline;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.models.vae.LatentRgb;
import io.github.wan4j.models.vae.Vae;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * A few moments of a video side by side, a pixel for each latent pixel. The colours are those of the autoencoder itself: it
 * decodes a piece of the first latent frames, the least squares over that piece are the colours of all others.
 */
final class Preview {
    private static final int MOMENTS = 5;

    /** What is decoded at most, in latent frames and pixels a side: moments of work beside those of a step. */
    private static final int FRAMES = 3;

    private static final int SIDE = 32;

    private final Vae vae;
    private final Runnable check;

    Preview(Vae vae, Runnable check) {
        this.vae = vae;
        this.check = check;
    }

    /** Whether it is due after a step, counted from 0, of so many. */
    static boolean isDue(int every, int step, int steps) {
        return every > 0 && ((step + 1) % every == 0 || step + 1 == steps);
    }

    /** latents [C, T, h, w] without noise. */
    BufferedImage of(Tensor latents) {
        int height = Math.toIntExact(latents.size(2));
        byte[] pixels;
        try (Scope scope = Scope.open("preview")) {
            Tensor video = colours(latents).forward(latents); // [3, T, h, w]
            int frames = Math.toIntExact(video.size(1));
            int moments = Math.min(MOMENTS, frames);
            Tensor[] strip = new Tensor[moments];
            for (int i = 0; i < moments; i++) { // the first, the last and what lies between
                strip[i] = video.select(1, moments == 1 ? 0 : Math.round(i * (frames - 1f) / (moments - 1)));
            }
            pixels = Tensors.cat(2, strip)
                    .clamp(-1, 1)
                    .add(1)
                    .mul(127.5)
                    .round()
                    .to(DType.U8)
                    .permute(1, 2, 0)
                    .toBytes();
        }
        return image(pixels, height);
    }

    private LatentRgb colours(Tensor latents) {
        long frames = Math.min(FRAMES, latents.size(1));
        long h = Math.min(SIDE, latents.size(2));
        long w = Math.min(SIDE, latents.size(3));
        Tensor piece = latents.narrow(1, 0, frames)
                .narrow(2, (latents.size(2) - h) / 2, h)
                .narrow(3, (latents.size(3) - w) / 2, w)
                .contiguous();
        List<Tensor> video = new ArrayList<>();
        try {
            vae.decode(piece, FRAMES, check, decoded -> video.add(owned(decoded)));
            return LatentRgb.fit(piece, Tensors.cat(1, video.toArray(Tensor[]::new)));
        } finally {
            video.forEach(Tensor::close);
        }
    }

    private static Tensor owned(Tensor decoded) {
        try (Scope scope = Scope.open("preview.piece")) {
            return scope.release(decoded.copy());
        }
    }

    private static BufferedImage image(byte[] rgb, int height) {
        int width = rgb.length / 3 / height;
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            int red = rgb[3 * i] & 255;
            int green = rgb[3 * i + 1] & 255;
            int blue = rgb[3 * i + 2] & 255;
            int colour = (red << 16) | (green << 8) | blue;
            image.setRGB(i % width, i / width, colour);
        }
        return image;
    }
}
