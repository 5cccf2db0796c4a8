package io.github.wan4j.bench.cli;

import io.github.wan4j.video.ModelSource;
import java.util.List;

/** What a calibration films when nobody says: scenes that differ in subject, motion and light. */
final class CalibrationPrompts {
    private static final List<String> WORLD = List.of(
            "A tabby cat walks along a garden wall at sunset, the camera follows from the side.",
            "Waves break over black rocks in a storm, spray flies towards the camera, slow motion.",
            "A street market at night in the rain, neon signs reflect in puddles, people pass with umbrellas.",
            "Close-up of an old watchmaker's hands assembling a pocket watch under a desk lamp.");

    /** In the words of the bundled models. */
    private static final List<String> SHAPES = List.of(
            "a red square grows on a white background",
            "a green triangle moves left on a black background",
            "a blue circle moves down on a gray background",
            "a yellow circle moves up on a black background",
            "a purple triangle shrinks on a gray background",
            "an orange square moves right on a white background",
            "a green square shrinks on a gray background",
            "a blue triangle moves right on a black background");

    private CalibrationPrompts() {}

    static List<String> of(String model) {
        return ModelSource.NAMES.contains(model) ? SHAPES : WORLD;
    }
}
