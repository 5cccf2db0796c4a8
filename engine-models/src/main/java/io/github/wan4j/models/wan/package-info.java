/**
 * The Wan 2.2 diffusion transformer: latent, timestep and prompt in, velocity out.
 *
 * <p>{@link io.github.wan4j.models.wan.WanTransformer} is the whole; its {@code embed}, {@code stem}, {@code blocks} and {@code head}
 * are what a sampler with a cache calls one by one, and {@link io.github.wan4j.models.wan.Stem} says what two prompts can share. A job prepares what does not change from step to step: {@link
 * io.github.wan4j.models.wan.Rope3d}, the positions of its token grid, and {@link io.github.wan4j.models.wan.PromptKeys}, the
 * prompt as each block's cross-attention sees it. Weights carry the names of the original release; {@link
 * io.github.wan4j.models.wan.WanNames} translates those of diffusers. All arithmetic worth fusing goes through {@link
 * io.github.wan4j.core.kernels.Kernels}.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.models.wan;
