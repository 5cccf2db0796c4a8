/**
 * Tensors and the scopes that own them.
 *
 * <p>Every {@link io.github.wan4j.core.tensor.Tensor} has exactly one owner: the innermost open {@link
 * io.github.wan4j.core.tensor.Scope} of the thread that made it or, after {@link
 * io.github.wan4j.core.tensor.Scope#release}, the object that asked for it. Nothing is left to the garbage collector,
 * which cannot see native or device memory:
 *
 * <pre>
 * WeightStore              life of the model      closed by its engine
 * Scope "job"              one video              text embeddings, noise, latents
 *   Scope "step"           one denoising step     keeps one tensor, the next latents
 *     Scope "dit.block"    one block              keeps x
 *       Scope "dit.…"      one sub-layer          keeps its result; q, k, v die here
 * </pre>
 *
 * <p>Operators are methods of {@code Tensor}; {@link io.github.wan4j.core.tensor.Functional} holds the ones of neural
 * networks, {@link io.github.wan4j.core.tensor.Tensors} the ways to make a tensor, {@link
 * io.github.wan4j.core.tensor.Operator} reaches operators of libtorch that the presets do not bind. The presets
 * themselves ({@code org.bytedeco}) stay in here; {@link io.github.wan4j.core.tensor.TorchHandle} is the only way out.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.core.tensor;
