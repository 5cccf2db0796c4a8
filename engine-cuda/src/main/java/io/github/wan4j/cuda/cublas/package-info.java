/**
 * Matrix products by cuBLASLt, for what libtorch does not reach: {@link io.github.wan4j.cuda.cublas.Matmul} is one product
 * with a kernel of our choice.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.cuda.cublas;
