package io.github.wan4j.bench.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The file a video goes to. */
final class OutputName {
    private static final int LONGEST = 60;

    private OutputName() {}

    /** {@code a red circle} with seed 42 becomes {@code a-red-circle-42.mp4} in the current folder. */
    static Path from(String prompt, long seed) {
        String words = prompt.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]+", "-")
                .replaceAll("^-+|-+$", "");
        String start = words.length() <= LONGEST
                ? words
                : words.substring(
                        0, words.offsetByCodePoints(0, Math.min(LONGEST, words.codePointCount(0, words.length()))));
        return Path.of((start.isEmpty() ? "video" : start.replaceAll("-+$", "")) + "-" + seed + ".mp4");
    }

    /** One of several videos: {@code x.mp4} becomes {@code x-SEED.mp4}. */
    static Path numbered(Path file, long seed) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        int end = dot > 0 ? dot : name.length();
        return file.resolveSibling(name.substring(0, end) + "-" + seed + name.substring(end));
    }

    /** The name given, made one's own for each of several videos, or one made from the prompt. */
    static Path of(@Nullable Path out, boolean several, String prompt, long seed) {
        if (out == null) {
            return from(prompt, seed);
        }
        return several ? numbered(out, seed) : out;
    }
}
