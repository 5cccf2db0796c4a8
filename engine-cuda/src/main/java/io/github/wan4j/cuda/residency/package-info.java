/**
 * Weights on their way to a GPU. {@link io.github.wan4j.cuda.residency.CudaTransport} copies on a stream of its own, beside
 * what the device computes, and tells the two apart by events: a copy waits for the work that may still read its target, and
 * the first work that reads the target waits for the copy.
 *
 * <p>The device reads a checkpoint itself where the driver lets it: the file is mapped for reading, and the mapping is
 * registered piece by piece, so that nothing is copied on the host. Elsewhere tensors go through pinned memory. What the
 * file holds in another dtype, in another order or in no form that the device computes with is brought as it is and
 * converted there.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.cuda.residency;
