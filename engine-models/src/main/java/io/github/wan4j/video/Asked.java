package io.github.wan4j.video;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of a {@link VideoRequest}, null where the model decides. A request and each of its builders have their own. */
final class Asked {
    @Nullable
    String prompt;

    @Nullable
    EncodedPrompt encodedPrompt;

    @Nullable
    String negativePrompt;

    @Nullable
    EncodedPrompt encodedNegativePrompt;

    @Nullable
    Path imageFile;

    @Nullable
    Picture image;

    @Nullable
    Latents firstFrame;

    @Nullable
    Integer width;

    @Nullable
    Integer height;

    @Nullable
    Integer frames;

    @Nullable
    Double seconds;

    @Nullable
    Integer steps;

    @Nullable
    Double shift;

    @Nullable
    Guidance guidance;

    @Nullable
    Solver solver;

    @Nullable
    Long seed;

    @Nullable
    Latents noise;

    Shortcuts shortcuts = Shortcuts.NONE;

    Wish wish = Wish.NONE;

    @Nullable
    ProgressListener listener;

    @Nullable
    Integer previewEvery;

    Asked() {}

    Asked(Asked from) {
        prompt = from.prompt;
        encodedPrompt = from.encodedPrompt;
        negativePrompt = from.negativePrompt;
        encodedNegativePrompt = from.encodedNegativePrompt;
        imageFile = from.imageFile;
        image = from.image;
        firstFrame = from.firstFrame;
        width = from.width;
        height = from.height;
        frames = from.frames;
        seconds = from.seconds;
        steps = from.steps;
        shift = from.shift;
        guidance = from.guidance;
        solver = from.solver;
        seed = from.seed;
        noise = from.noise;
        shortcuts = from.shortcuts;
        wish = from.wish;
        listener = from.listener;
        previewEvery = from.previewEvery;
    }

    /** What two requests are compared by: everything but the listener and what it sees. */
    List<@Nullable Object> values() {
        return Arrays.asList(
                prompt,
                encodedPrompt,
                negativePrompt,
                encodedNegativePrompt,
                imageFile,
                image,
                firstFrame,
                width,
                height,
                frames,
                seconds,
                steps,
                shift,
                guidance,
                solver,
                seed,
                noise,
                shortcuts,
                wish);
    }
}
