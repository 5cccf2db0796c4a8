package io.github.wan4j.bench.cli;

import io.github.wan4j.models.write.AtomicFile;
import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.VideoHandler;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoRequest;
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

    @Option(
            names = "--preview",
            arity = "0..1",
            fallbackValue = "5",
            paramLabel = "N",
            description = "Every N steps (5) show in OUT.preview.png what the video is becoming.")
    private @Nullable String preview;

    @Option(names = "--json", description = "Print one JSON object a video, and nothing else, on standard output.")
    private boolean json;

    boolean json() {
        return json;
    }

    @Nullable
    Path trace() {
        return trace;
    }

    /** Asks for previews, if they are wanted. */
    void read(VideoRequest.Builder request, Options options) {
        options.read(preview, Options.integer("--preview"), request::previewEvery);
    }

    /** Where previews of the video with this seed go; null for none. */
    @Nullable
    Path preview(boolean several, String prompt, long seed) {
        return preview == null ? null : PreviewSheet.beside(file(several, prompt, seed));
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
            Path file = file(request.countGiven(), prompt, seed + i);
            check(file, existing(), options);
            checkPreview(file, options);
        }
        if (trace != null) {
            check(trace, Existing.OVERWRITE, options);
        }
    }

    private void checkPreview(Path file, Options options) {
        if (preview == null) {
            return;
        }
        Path sheet = PreviewSheet.beside(file);
        if (sheet.equals(file) || sheet.equals(trace)) {
            options.problem("--preview writes '" + sheet + "', which is another output: take another name for that");
        }
        check(sheet, Existing.OVERWRITE, options);
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
