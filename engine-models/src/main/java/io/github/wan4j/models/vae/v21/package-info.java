/** VAE 2.1, used by the A14B models: 16 latent channels, 8 pixels to a latent. */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.models.vae.v21;
