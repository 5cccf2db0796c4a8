/**
 * From CUDA C++ text in the jar to machine code for the GPU at hand: the compiler of NVIDIA is called in process at first use
 * and its results are cached on disk, so no toolkit is needed to build or to run.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.cuda.compile;
