/** VAE 2.2, used by the 5B model: 48 latent channels, 16 pixels to a latent, averaging shortcuts around each level. */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.models.vae.v22;
