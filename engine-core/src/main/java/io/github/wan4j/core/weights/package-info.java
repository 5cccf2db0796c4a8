/**
 * Checkpoints on disk and how they become weights.
 *
 * <pre>
 * file, index or folder ──► Checkpoint ──renamed(NameMap)──► Weights ──get, linear, …──► WeightStore ──► device memory
 *                           names, extents,                  strict view that            owns every tensor
 *                           mapped views                     modules bind from
 * </pre>
 *
 * <p>Reading a checkpoint reads its header only and trusts nothing in it: every extent is compared with the file before
 * anything is mapped, and no length found in a file is allocated before it is known to lie in that file. Modules take
 * what they need by name and shape; what is missing, misshaped or left over is one error that lists it all. Only
 * {@link io.github.wan4j.core.weights.NameMap} renames, and only before binding.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.core.weights;
