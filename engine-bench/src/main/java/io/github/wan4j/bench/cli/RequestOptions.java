package io.github.wan4j.bench.cli;

import io.github.wan4j.core.CheckpointException;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Latents;
import io.github.wan4j.video.VideoRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what to make. What is left open is the model's choice. */
final class RequestOptions extends RunOptions {
    private static final int MOST_VIDEOS = 10_000;

    @Option(names = "--prompt", hidden = true)
    private @Nullable String officialPrompt;

    @Option(
            names = "--negative",
            paramLabel = "TEXT",
            description = "What the video should not look like; '' is nothing. Default: the models' own text.")
    private @Nullable String negative;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "The length instead of --frames; the nearest that is possible.")
    private @Nullable String seconds;

    @Option(
            names = "--guidance",
            paramLabel = "G|LOW,HIGH",
            description = "How closely the prompt is followed; two numbers for a model of two experts.")
    private @Nullable String guidance;

    @Option(names = "--seed", paramLabel = "N|random", description = "Default: 42.")
    private @Nullable String seed;

    @Option(names = "--count", paramLabel = "N", description = "Make N videos, with seeds S, S+1, ...")
    private @Nullable String count;

    @Option(
            names = "--noise",
            paramLabel = "FILE",
            description = "Begin with the tensor 'noise' [C, T, h, w] of a safetensors file.")
    private @Nullable Path noise;

    private int videos = 1;

    /** The request, as far as it can be read; everything that is wrong is noted. */
    VideoRequest.Builder read(@Nullable String prompt, Options options) {
        if (prompt != null && officialPrompt != null) {
            options.problem("the prompt is given twice, once as --prompt");
        }
        String text = prompt != null ? prompt : officialPrompt;
        if (text == null) {
            options.problem("PROMPT is missing");
        }
        VideoRequest.Builder request = VideoRequest.builder(text == null ? "" : text);
        if (negative != null) {
            request.negativePrompt(negative);
        }
        readRun(request, options);
        options.read(seconds, Options.number("--seconds"), request::seconds);
        options.read(guidance, RequestOptions::guidance, value -> request.guidance(value.low(), value.high()));
        if ("random".equals(seed) || "-1".equals(seed)) {
            request.randomSeed();
        } else {
            options.read(seed, Options.seed("--seed"), request::seed);
        }
        readCount(options);
        readNoise(request, options);
        return request;
    }

    private void readCount(Options options) {
        options.read(count, Options.integer("--count"), value -> videos = value);
        if (videos < 1 || videos > MOST_VIDEOS) {
            options.problem("--count is " + videos + ", take 1 to " + MOST_VIDEOS);
            videos = 1;
        }
        if (count != null && noise != null) {
            options.problem(
                    "--count makes videos of different seeds, --noise takes the place of the seed: leave one away");
        }
    }

    private void readNoise(VideoRequest.Builder request, Options options) {
        if (noise != null) {
            try {
                options.read(noise.toString(), file -> Latents.read(Path.of(file), "noise"), request::noise);
            } catch (CheckpointException e) {
                options.file(String.valueOf(e.getMessage()));
            }
        }
    }

    /** How many videos to make. */
    int videos() {
        return videos;
    }

    boolean countGiven() {
        return count != null;
    }

    private static Guidance guidance(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length > 2) {
            throw new InvalidRequestException("--guidance is '" + text + "', expected one number or LOW,HIGH");
        }
        double low = Options.number("--guidance").apply(parts[0]);
        return parts.length == 1
                ? new Guidance(low)
                : new Guidance(low, Options.number("--guidance").apply(parts[1]));
    }
}
