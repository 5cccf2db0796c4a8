package io.github.wan4j.bench.cli;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.WanException;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.text.PromptTokenizer;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.FrameSink;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.RunReport;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether the parts around libtorch work: each is tried out rather than looked for.
 *
 * @param results what was tried, and how it went
 * @param problems a sentence for each that failed
 * @param obstacle what no video can do without; empty if that works
 */
record Trials(Map<String, String> results, List<String> problems, String obstacle) {
    private static final int SIDE = 16;

    static Trials of(EngineConfig config) {
        Map<String, String> results = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        String obstacle = "";
        ModelFolder mini = null;
        for (String name : ModelSource.NAMES) {
            try {
                mini = ModelFolder.open(ModelSource.of(name), config.cacheDir());
                results.put(name, mini.folder().toString());
            } catch (WanException e) {
                results.put(name, "missing");
                problems.add(e.getMessage());
            }
        }
        if (mini != null) { // every model has a tokenizer, this one is at hand
            try (PromptTokenizer tokenizer = PromptTokenizer.open(mini.tokenizer(), config.cacheDir())) {
                results.put(
                        "tokenizer",
                        "splits prompts, " + tokenizer.encode("a red circle").total() + " tokens");
            } catch (WanException e) {
                results.put("tokenizer", "fails");
                problems.add(e.getMessage());
                obstacle = "prompts cannot be split into tokens";
            }
        }
        try {
            results.put("MP4", "written, " + mp4() + " bytes");
        } catch (WanException | IOException e) {
            results.put("MP4", "cannot be written, GIF and PNG can");
            problems.add(e.getMessage());
        }
        return new Trials(results, problems, obstacle);
    }

    /** The size of a video of one frame. */
    private static long mp4() throws IOException {
        Path folder = Files.createTempDirectory("wan4j-doctor");
        Path file = folder.resolve("trial.mp4");
        try {
            VideoInfo info = new VideoInfo("none", "", "", SIDE, SIDE, SIDE, 1, null, Map.of());
            try (FrameSink<Path> sink = VideoHandlers.mp4(file).begin(info)) {
                sink.frame(Frame.of(0, SIDE, SIDE, ByteBuffer.allocate(SIDE * SIDE * 3)));
                return Files.size(sink.finish(RunReport.builder().build()));
            }
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }
}
