package io.github.wan4j.models.plan;

import java.util.Locale;

/** How much of the model lies on the device at a time. */
public enum Residency {
    /** All of it, from one job to the next. */
    RESIDENT("everything stays on the device"),
    /** What the stage at hand needs: the text encoder, then one expert after the other, then the autoencoder. */
    STAGED("each part comes to the device for its stage"),
    /** Two blocks of the transformer, while the next ones come from host memory. */
    STREAMED("the transformer's blocks stream from host memory");

    private final String meaning;

    Residency(String meaning) {
        this.meaning = meaning;
    }

    /** In a sentence. */
    public String meaning() {
        return meaning;
    }

    /** The name in plans and reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
