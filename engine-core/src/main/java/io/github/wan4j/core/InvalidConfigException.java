package io.github.wan4j.core;

import java.util.List;

/** Settings that cannot be used: every problem at once, each with the valid form or the nearest name. */
public final class InvalidConfigException extends WanException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    InvalidConfigException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence each. */
    public List<String> problems() {
        return problems;
    }
}
