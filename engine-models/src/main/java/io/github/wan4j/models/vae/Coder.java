package io.github.wan4j.models.vae;

/**
 * An encoder or decoder in two parts: layers at the resolution of the latents, among them an attention over the whole
 * picture, and layers between that and pixels, each output of which depends on pixels nearby alone.
 */
public interface Coder {
    Stage whole();

    Stage local();
}
