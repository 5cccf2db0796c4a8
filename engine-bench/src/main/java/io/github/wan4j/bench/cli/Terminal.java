package io.github.wan4j.bench.cli;

/** Whether somebody watches. */
final class Terminal {
    private Terminal() {}

    /** Standard error can be written over: since JDK 22 there is a console without a terminal, too. */
    @SuppressWarnings("SystemConsoleNull")
    static boolean isOne() {
        return System.console() != null
                && System.getenv("TERM") != null
                && !"dumb".equals(System.getenv("TERM"))
                && System.getenv("CI") == null;
    }
}
