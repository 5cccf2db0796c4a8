/**
 * Layers shared by all models: bound weights and a {@code forward}. A layer is handed its tensors and the {@link
 * io.github.wan4j.core.kernels.Kernels} to compute with; it owns neither.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.core.nn;
