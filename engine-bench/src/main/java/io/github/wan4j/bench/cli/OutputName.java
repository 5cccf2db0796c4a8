package io.github.wan4j.bench.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** The file a video goes to. */
final class OutputName {
    /** Characters; with four bytes each a name stays below what file systems take. */
    private static final int LONGEST = 50;

    private OutputName() {}

    /** {@code a red circle} with seed 42 becomes {@code a-red-circle-42.mp4} in the current folder. */
    static Path from(String prompt, long seed) {
        String name = words(prompt, "[^\\p{L}\\p{M}\\p{N}]+") + "-" + seed + ".mp4";
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            return Path.of(words(prompt, "[^A-Za-z0-9]+") + "-" + seed + ".mp4"); // a locale without these characters
        }
    }

    private static String words(String prompt, String others) {
        String words = prompt.toLowerCase(Locale.ROOT).replaceAll(others, "-").replaceAll("^-+|-+$", "");
        int length = Math.min(LONGEST, words.codePointCount(0, words.length()));
        String start = words.substring(0, words.offsetByCodePoints(0, length)).replaceAll("-+$", "");
        return start.isEmpty() ? "video" : start;
    }

    /** One of several videos: {@code x.mp4} becomes {@code x-SEED.mp4}. */
    static Path numbered(Path file, long seed) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        int end = dot > 0 ? dot : name.length();
        return file.resolveSibling(name.substring(0, end) + "-" + seed + name.substring(end));
    }
}
