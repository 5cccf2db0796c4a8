/**
 * One operation at a time, at the shapes of the models, through JMH.
 *
 * <pre>{@code
 * java -cp "engine-bench/target/lib-cpu/*" org.openjdk.jmh.Main micro
 * }</pre>
 *
 * <p>Every benchmark checks its result before it is timed, and reports floating-point operations a second beside the time.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.bench.micro;
