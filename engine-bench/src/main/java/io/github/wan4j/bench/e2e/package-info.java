/** Whole jobs through the public API, timed by JMH: {@code org.openjdk.jmh.Main e2e}. */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.bench.e2e;
