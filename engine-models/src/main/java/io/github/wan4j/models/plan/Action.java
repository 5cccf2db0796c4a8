package io.github.wan4j.models.plan;

/** What happens to one branch of guidance at one step. */
public enum Action {
    /** The transformer runs. */
    COMPUTE('#'),
    /** What its blocks added at the last computed step of this expert and branch is added again. */
    REUSE('.'),
    /** The branch plays no part in this step. */
    OFF(' ');

    private final char mark;

    Action(char mark) {
        this.mark = mark;
    }

    /** Its character in masks and pictures. */
    public char mark() {
        return mark;
    }
}
