package io.github.wan4j.core;

/** Whether a GPU replays recorded CUDA graphs instead of launching kernel by kernel. The CPU ignores it. */
public enum GraphUse {
    /** Where launches would not be hidden behind the work. */
    AUTO,
    ON,
    OFF;

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
