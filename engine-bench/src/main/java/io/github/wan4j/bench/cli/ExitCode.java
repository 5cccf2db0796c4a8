package io.github.wan4j.bench.cli;

/** How the command ends. */
final class ExitCode {
    static final int OK = 0;
    /** Something is wrong with files, devices or the run. */
    static final int FAILED = 1;
    /** Something is wrong with the command line or the request. */
    static final int USAGE = 2;
    /** Cancelled by Ctrl-C; nothing half-written is left. */
    static final int CANCELLED = 130;

    private ExitCode() {}
}
