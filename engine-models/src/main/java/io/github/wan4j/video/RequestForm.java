package io.github.wan4j.video;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a request whatever the model is. */
final class RequestForm {
    private RequestForm() {}

    /** What is wrong, one sentence each; the settings concerned are unset. */
    static List<String> dropInvalid(Asked set) {
        List<String> problems = new ArrayList<>();
        if (set.prompt == null && set.encodedPrompt == null) {
            problems.add("prompt is missing, give a text, which may be empty");
        }
        if (countNonNull(set.imageFile, set.image, set.firstFrame) > 1) {
            problems.add("the first frame is given in several forms, give one image or its latents");
        }
        if (set.firstFrame != null && set.firstFrame.frames() != 1) {
            problems.add("first frame has " + set.firstFrame.frames() + " latent frames, give 1");
            set.firstFrame = null;
        }
        if (set.width != null && set.height != null && (set.width < 1 || set.height < 1)) {
            problems.add("size is " + set.width + "x" + set.height + ", both sides must be at least 1");
            set.width = null;
            set.height = null;
        }
        if (set.frames != null && set.seconds != null) {
            problems.add("frames and seconds are both given, give one of them");
            set.seconds = null;
        }
        if (set.frames != null && set.frames < 1) {
            problems.add("frames is " + set.frames + ", take at least 1");
            set.frames = null;
        }
        if (set.seconds != null && !(set.seconds > 0 && set.seconds < Double.POSITIVE_INFINITY)) {
            problems.add("seconds is " + set.seconds + ", take a number above 0");
            set.seconds = null;
        }
        if (set.steps != null && set.steps < 1) {
            problems.add("steps is " + set.steps + ", take at least 1");
            set.steps = null;
        }
        if (set.shift != null && !(set.shift > 0 && set.shift < Double.POSITIVE_INFINITY)) {
            problems.add("shift is " + set.shift + ", take a number above 0");
            set.shift = null;
        }
        if (set.guidance != null && !(isGuidance(set.guidance.low()) && isGuidance(set.guidance.high()))) {
            problems.add("guidance is " + set.guidance + ", take numbers from 0 upwards");
            set.guidance = null;
        }
        if (set.seed != null && set.seed < 0) {
            problems.add("seed is " + set.seed + ", take 0 or more, or a random one");
            set.seed = null;
        }
        List<String> wishes = set.wish.problems();
        if (!set.wish.isNone() && set.steps != null) {
            wishes.add("steps are given and a time or quality that chooses them, leave one away");
        }
        if (!wishes.isEmpty()) {
            problems.addAll(wishes);
            set.wish = Wish.NONE;
        }
        if (set.previewEvery != null && set.previewEvery < 1) {
            problems.add("previews are asked for every " + set.previewEvery + " steps, take at least 1");
            set.previewEvery = null;
        }
        return problems;
    }

    private static boolean isGuidance(double value) {
        return value >= 0 && value < Double.POSITIVE_INFINITY;
    }

    private static long countNonNull(@Nullable Object... values) {
        return Arrays.stream(values).filter(value -> value != null).count();
    }
}
