package io.github.wan4j.core;

/** Where a model's weights live while a GPU runs it. The CPU maps them and ignores the choice. */
public enum Residency {
    /** The first of the others that fits the memory. */
    AUTO,
    /** All on the device. */
    RESIDENT,
    /** One expert on the device, the other fetched during the last steps of the first. */
    ONE_EXPERT,
    /** Blocks fetched while the block before them computes. */
    STREAM;

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
