package io.github.wan4j.bench.cli;

import io.github.wan4j.VideoEngine;
import picocli.CommandLine;

/** What {@code wan --version} prints. */
final class WanVersion implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"wan4j " + VideoEngine.version() + ", Java " + Runtime.version()};
    }
}
