/**
 * The CUDA device. {@link io.github.wan4j.cuda.CudaProvider} is found by the engine when this artifact is on the class path;
 * a session runs the models with {@link io.github.wan4j.cuda.CudaKernels}: libtorch for matrix products, cuDNN for convolutions
 * (and for attention, where wan4j's kernel for Hopper does not serve), wan4j's own fused kernels for everything that is bound by
 * memory. Each own kernel is compared with the plain implementation when it is first used, and switched off with a warning if
 * it differs.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.cuda;
