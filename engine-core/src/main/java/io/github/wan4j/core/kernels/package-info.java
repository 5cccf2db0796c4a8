/**
 * The operations worth replacing on a device, and their plain implementation.
 *
 * <p>{@link io.github.wan4j.core.kernels.Kernels} is all that models know of a device's arithmetic. {@link
 * io.github.wan4j.core.kernels.ReferenceKernels} writes each operation in plain libtorch, with every rounding of the
 * reference spelled out: it is the control against which every fast path is tested, and it is never deleted. {@link
 * io.github.wan4j.core.kernels.CpuKernels} and the CUDA kernels override what they do better.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.core.kernels;
