/** The command line, benchmarks and reports: everything that uses the engine from outside. Nothing depends on it. */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.bench;
