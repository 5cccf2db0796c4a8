package io.github.wan4j.core;

/** Which implementation of the fused operations a device uses. */
public enum KernelSet {
    /** The device's own. */
    OWN,
    /** Plain libtorch operators: slower, and the control for the others. */
    REFERENCE;

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
