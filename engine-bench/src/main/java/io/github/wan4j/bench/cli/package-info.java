/**
 * The command {@code wan}.
 *
 * <p>Each command reads its options as text, so that {@link io.github.wan4j.bench.cli.Options} can report everything that is
 * wrong with them in one line. Results go to standard output, all else to standard error; {@link
 * io.github.wan4j.bench.cli.ExitCode} lists how a run may end.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.bench.cli;
