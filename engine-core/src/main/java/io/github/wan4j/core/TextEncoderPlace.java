package io.github.wan4j.core;

/** Where the text encoder runs beside a GPU. On a CPU there is one place and the choice is ignored. */
public enum TextEncoderPlace {
    /** On the GPU if it fits, and freed when its memory is needed. */
    AUTO,
    /** On the GPU, to stay. */
    GPU,
    /** On the CPU. */
    CPU,
    /** On the GPU, freed after every prompt. */
    FREE;

    @Override
    public String toString() {
        return Choices.text(this);
    }
}
