package io.github.wan4j.video;

import java.util.Arrays;
import java.util.Optional;

/** The members of the family: what goes in and how many experts there are. */
public enum ModelKind {
    /** Text to video, two experts. */
    T2V_A14B("t2v-a14b"),
    /** Image and text to video, two experts; needs an image. */
    I2V_A14B("i2v-a14b"),
    /** Text, or image and text, to video; one transformer. */
    TI2V_5B("ti2v-5b");

    private final String label;

    ModelKind(String label) {
        this.label = label;
    }

    /** The name in {@code wan4j.json} and on the command line. */
    public String label() {
        return label;
    }

    public static Optional<ModelKind> of(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
    }

    public boolean hasTwoExperts() {
        return this != TI2V_5B;
    }

    public boolean takesImage() {
        return this != T2V_A14B;
    }

    public boolean needsImage() {
        return this == I2V_A14B;
    }

    @Override
    public String toString() {
        return label;
    }
}
