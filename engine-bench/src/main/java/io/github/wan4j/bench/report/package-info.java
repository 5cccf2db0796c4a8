/**
 * Speed of the full-size models on the device at hand, without their weights: {@link
 * io.github.wan4j.bench.report.FullSizeReport} is the command. The names and shapes of all tensors are resources, {@link
 * io.github.wan4j.bench.report.RandomStore} makes numbers for them on the device, and every time stands beside the {@link
 * io.github.wan4j.bench.report.Ceiling} of the same machine, measured in the same run.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.bench.report;
