package io.github.wan4j.bench.cli;

import io.github.wan4j.core.WanException;
import java.util.List;

/** Files that a command line names cannot be read or written. */
final class UnusableFilesException extends WanException {
    private static final long serialVersionUID = 1L;

    UnusableFilesException(List<String> problems) {
        super(String.join("; ", problems));
    }
}
