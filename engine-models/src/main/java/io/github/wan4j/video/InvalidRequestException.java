package io.github.wan4j.video;

import io.github.wan4j.core.WanException;
import java.util.List;

/** A request that cannot be met: every problem at once, each with its nearest valid value where there is one. */
public final class InvalidRequestException extends WanException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public InvalidRequestException(String problem) {
        this(List.of(problem));
    }

    public InvalidRequestException(List<String> problems) {
        super(String.join("; ", problems));
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("an invalid request has at least one problem");
        }
        this.problems = List.copyOf(problems);
    }

    /** One sentence each, in the order of the request's settings. */
    public List<String> problems() {
        return problems;
    }
}
