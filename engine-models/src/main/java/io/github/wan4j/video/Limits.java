package io.github.wan4j.video;

import java.util.List;

/**
 * How long a video of one size may be on this device.
 *
 * @param maxFrames the longest that fits into memory, of the form 4n+1; 0 if not even one frame does
 * @param trainedFrames what the model was trained on; longer videos are possible and may drift
 * @param notes what bounds it, one sentence each
 */
public record Limits(Size size, int maxFrames, int trainedFrames, List<String> notes) {
    public Limits {
        notes = List.copyOf(notes);
    }
}
