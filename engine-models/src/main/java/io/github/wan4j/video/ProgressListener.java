package io.github.wan4j.video;

import java.awt.image.BufferedImage;
import java.util.function.Supplier;

/**
 * Hears what a job does, on one thread of the engine and in order. A listener that throws fails its job with that
 * exception; one that blocks holds the job up.
 */
public interface ProgressListener {
    /** Part {@code i} of {@code n} of a stage is finished; {@code i} is 0 when it begins. */
    default void onStage(Stage stage, int i, int n) {}

    /**
     * What is being done of a stage's part in progress, where that takes long enough to tell: {@code "high noise, 3.1 of 28.6
     * GB"}. {@code fraction} is of the whole stage, from 0 to 1.
     */
    default void onDetail(Stage stage, String text, double fraction) {}

    default void onStep(StepEvent step) {}

    /**
     * The state that enters step {@code step}, counted from 0, or the result after the last: [C, T, h, w]. It is brought to
     * the host when asked for, which must be during the call.
     */
    default void onLatents(Supplier<Latents> state, int step) {}

    /**
     * What the video will look like as seen from step {@code step}, counted from 0: up to five of its moments side by side,
     * small and rough. Comes as often as {@link VideoRequest.Builder#previewEvery} asked for, and after the last step.
     */
    default void onPreview(BufferedImage image, int step) {}

    /** Something the caller should know that does not stop the job; one sentence. */
    default void onWarning(String text) {}
}
