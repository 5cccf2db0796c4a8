package io.github.wan4j.core;

/**
 * Whether what both branches of guidance have in common is computed once a step. Branches that run one after the other come to
 * the same bit for bit; side by side sums are taken in another order.
 */
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
