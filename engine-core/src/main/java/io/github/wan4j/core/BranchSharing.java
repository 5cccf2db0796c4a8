package io.github.wan4j.core;

/** Whether what both branches of guidance have in common is computed once a step; the result is the same bit for bit. */
public enum BranchSharing {
    /** Where there is memory to keep it. */
    AUTO,
    ON,
    OFF;

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
