package io.github.wan4j.bench.cli;

import io.github.wan4j.models.write.AtomicFile;
import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.WriteOption.Existing;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say where everything goes. */
final class OutputOptions {
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Ends in .mp4, .gif or .png (a contact sheet). Default: an MP4 in the current folder, with a name"
                            + " made from prompt and seed.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the output if it exists.")
    private boolean overwrite;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Record all latents and frames in a safetensors file.")
    private @Nullable Path trace;

    @Option(names = "--json", description = "Print one JSON object a video, and nothing else, on standard output.")
    private boolean json;

    @Option(names = "-v", description = "Say more, errors with their stack trace.")
    @SuppressWarnings("UnusedVariable") // Wan looks for it before anything is parsed
    private boolean verbose;

    @Option(names = "-q", description = "Say nothing but errors and results.")
    private boolean quiet;

    boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }

    @Nullable
    Path trace() {
        return trace;
    }

    /** Finds out now what writing would find out after the work is done. */
    void check(RequestOptions request, String prompt, long seed, Options options) {
        if (trace != null && request.countGiven()) {
            options.problem("--count makes several videos, --trace records one: leave one away");
        }
        if (trace != null
                && out != null
                && trace.toAbsolutePath()
                        .normalize()
                        .equals(out.toAbsolutePath().normalize())) {
            options.problem("--out and --trace are the same file '" + out + "', take two");
        }
        if (out != null) {
            options.read(out.toString(), text -> VideoHandlers.file(Path.of(text)), handler -> {});
        }
        for (int i = 0; i < request.videos(); i++) {
            check(file(request.countGiven(), prompt, seed + i), existing(), options);
        }
        if (trace != null) {
            check(trace, Existing.OVERWRITE, options);
        }
    }

    private static void check(Path file, Existing existing, Options options) {
        try {
            AtomicFile.check(file, existing);
        } catch (OutputException e) {
            options.file(String.valueOf(e.getMessage()));
        }
    }

    /** The handler that writes the video with this seed. */
    VideoHandler<Path> handler(boolean several, String prompt, long seed) {
        return VideoHandlers.file(file(several, prompt, seed), existing());
    }

    /** The name given, made one's own for each of several videos, or one made from the prompt. */
    private Path file(boolean several, String prompt, long seed) {
        if (out == null) {
            return OutputName.from(prompt, seed);
        }
        return several ? OutputName.numbered(out, seed) : out;
    }

    private Existing existing() {
        if (overwrite) {
            return Existing.OVERWRITE;
        }
        return out == null ? Existing.UNIQUE : Existing.REFUSE;
    }
}
