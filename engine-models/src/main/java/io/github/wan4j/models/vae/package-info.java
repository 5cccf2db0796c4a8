/**
 * The two video autoencoders of the Wan family. {@link io.github.wan4j.models.vae.Vae} is what the rest sees; {@code v21}
 * and {@code v22} hold the layer lists; here are the blocks they share.
 *
 * <p>A sequence passes in chunks of any length. The layers are formulas without state; what a causal convolution must know
 * of earlier frames is in a {@link io.github.wan4j.core.nn.FrameHistory} that {@link
 * io.github.wan4j.models.vae.ChunkedDecoder} and {@link io.github.wan4j.models.vae.ChunkedEncoder} own, so the result does
 * not depend on the chunks. Where whole pictures do not fit, the layers between pixels and latents work in tiles, and those at
 * the resolution of the latents, the attention among them, still see everything: {@link io.github.wan4j.models.vae.Coder}
 * is where the two meet, {@link io.github.wan4j.models.vae.Blend} where tiles do. Tensors inside are [1, C, T, H, W] in the dtype of the weights; norms are computed in f32.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.models.vae;
