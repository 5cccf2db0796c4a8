package io.github.wan4j.video;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a video is and how it was made; stored in every file written, and enough to make the same video again.
 *
 * @param model the model's name
 * @param modelHash over names, dtypes, shapes, file sizes and config of its checkpoint
 * @param version of wan4j
 * @param seed null for latents that were decoded without a job
 * @param settings what else the job ran with, by the names of the command line: texts, numbers, booleans, lists, maps
 */
public record VideoInfo(
        String model,
        String modelHash,
        String version,
        int width,
        int height,
        int fps,
        int frames,
        @Nullable Long seed,
        Map<String, Object> settings) {
    public VideoInfo {
        if (width < 1 || height < 1 || fps < 1 || frames < 1) {
            throw new IllegalArgumentException(
                    "a video of " + frames + " frames of " + width + "x" + height + " at " + fps + " fps");
        }
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    public double seconds() {
        return (double) frames / fps;
    }
}
