package io.github.wan4j.bench.cli;

import io.github.wan4j.models.image.ImageReader;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import io.github.wan4j.video.VideoRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how one run samples, whether its video is wanted or its steps are measured. */
class RunOptions {
    @Option(names = "--image", paramLabel = "FILE", description = "The first frame, PNG or JPEG.")
    private @Nullable Path image;

    @Option(names = "--size", paramLabel = "WxH", description = "In pixels; with an image only the area counts.")
    private @Nullable String size;

    @Option(names = "--frames", paramLabel = "N", description = "One more than a multiple of 4.")
    private @Nullable String frames;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps.")
    private @Nullable String steps;

    @Option(names = "--shift", paramLabel = "X", description = "Shift of the noise levels.")
    private @Nullable String shift;

    @Option(names = "--solver", paramLabel = "NAME", description = "unipc, dpm++ or euler. Default: unipc.")
    private @Nullable String solver;

    /** Adds what is asked for. */
    final void readRun(VideoRequest.Builder request, Options options) {
        options.read(size, Size::parse, value -> request.size(value.width(), value.height()));
        options.read(frames, Options.integer("--frames"), request::frames);
        options.read(steps, Options.integer("--steps"), request::steps);
        options.read(shift, Options.number("--shift"), request::shift);
        options.read(solver, Solver::parse, request::solver);
        readImage(request, options);
    }

    /** A file that cannot be read is known before a model is loaded. */
    private void readImage(VideoRequest.Builder request, Options options) {
        if (image != null) {
            try {
                ImageReader.read(image).width();
            } catch (InvalidRequestException e) {
                e.problems().forEach(options::file);
            }
            request.image(image);
        }
    }
}
