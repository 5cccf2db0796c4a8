package io.github.wan4j.core;

/** Who computes the matrix products of a GPU. The CPU ignores it. */
public enum ProductBackend {
    /** cuBLASLt, called directly, where that was measured to be faster, else libtorch. */
    AUTO,
    /** libtorch, which takes the first kernel that the library proposes. */
    TORCH;

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
