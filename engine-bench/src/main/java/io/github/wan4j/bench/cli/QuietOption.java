package io.github.wan4j.bench.cli;

import picocli.CommandLine.Option;

/** Whether a command that takes long may tell how it gets on. */
final class QuietOption {
    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors and results.")
    private boolean quiet;

    boolean isOn() {
        return quiet;
    }
}
