/**
 * Fused graphs by cuDNN's backend, for what libtorch does not reach: {@link io.github.wan4j.cuda.cudnn.Attention8Graph} is
 * attention on e4m3. A graph is descriptors of tensors and operations; cuDNN's heuristics find an engine that runs all of it as
 * one kernel, or none.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.cuda.cudnn;
