package io.github.wan4j.video;

import java.awt.image.BufferedImage;
import java.util.List;

/** The model's autoencoder by itself; lives as long as its engine. */
public interface LatentCodec {
    /** 4n+1 frames of one size, both sides multiples of the model's; normalised latents [C, n+1, h, w]. */
    Latents encode(List<BufferedImage> frames);

    Video decode(Latents latents);

    <T> T decode(Latents latents, VideoHandler<T> handler);
}
