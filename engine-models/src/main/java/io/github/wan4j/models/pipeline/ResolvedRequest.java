package io.github.wan4j.models.pipeline;

import io.github.wan4j.models.image.FirstFrame;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.video.EncodedPrompt;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.ProgressListener;
import org.jspecify.annotations.Nullable;

/**
 * A request with every default filled in and nothing left to be wrong.
 *
 * @param prompt a text, or the encoding that takes its place
 * @param image the picture in the size of the video; null without one
 * @param firstFrame the picture already encoded [C, 1, h, w]; null without one
 * @param previewEvery steps from one preview to the next; 0 for none
 * @param noise the first latents; null to draw them from the seed
 */
record ResolvedRequest(
        ExecutionPlan plan,
        Text prompt,
        Text negative,
        @Nullable FirstFrame image,
        @Nullable Latents firstFrame,
        long seed,
        @Nullable Latents noise,
        ProgressListener listener,
        int previewEvery) {

    /** A prompt in one of its two forms. */
    record Text(String text, @Nullable EncodedPrompt encoded) {}
}
