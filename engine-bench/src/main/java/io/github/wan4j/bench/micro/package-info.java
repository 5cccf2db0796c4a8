/**
 * One operation at a time, at the shapes of the models, through JMH and with its options.
 *
 * <pre>{@code
 * java -cp 'engine-bench/target/lib-gpu/*' io.github.wan4j.bench.micro.MicroBenchmarks -p shape=A14B_480P Gpu
 * }</pre>
 *
 * <p>Every benchmark checks its result before it is timed. Those of the CPU report floating-point operations a second beside
 * the time, those of a GPU also bytes, and the share of what a copy or a large product reached before.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.bench.micro;
