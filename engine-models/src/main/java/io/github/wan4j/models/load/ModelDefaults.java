package io.github.wan4j.models.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.wan4j.video.Guidance;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelInfo;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Solver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a request means where it is silent: the published settings of a kind, overridden by the folder's {@code wan4j.json}.
 *
 * @param boundary the share of noise from which on the expert of high noise serves; 0 with one transformer
 * @param distilled whether the model was trained for a few steps without guidance
 */
public record ModelDefaults(
        ModelKind kind,
        Size size,
        int frames,
        int fps,
        int steps,
        double shift,
        Guidance guidance,
        double boundary,
        boolean distilled) {
    /** The negative prompt of all these models, as the reference has it. */
    public static final String NEGATIVE_PROMPT =
            "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，"
                    + "画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走";

    private static final String FILE = "wan4j.json";
    private static final List<String> FIELDS =
            List.of("kind", "width", "height", "frames", "fps", "steps", "shift", "guidance", "boundary", "distilled");

    /** The settings published with the full-size models. */
    public static ModelDefaults of(ModelKind kind) {
        return switch (kind) {
            case T2V_A14B ->
                new ModelDefaults(kind, new Size(1280, 720), 81, 16, 40, 12, new Guidance(3, 4), 0.875, false);
            case I2V_A14B ->
                new ModelDefaults(kind, new Size(1280, 720), 81, 16, 40, 5, new Guidance(3.5, 3.5), 0.9, false);
            case TI2V_5B -> new ModelDefaults(kind, new Size(1280, 704), 121, 24, 50, 5, new Guidance(5), 0, false);
        };
    }

    /** Reads the folder's {@code wan4j.json}; without one the kind is asked for and its published settings apply. */
    static ModelDefaults read(Path folder, Layout layout) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return of(layout.kind());
        }
        JsonFile json = JsonFile.read(file);
        json.root().fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw json.problem("unknown field '" + name + "'; there are " + FIELDS);
            }
        });
        ModelKind kind = json.text("kind")
                .map(label -> ModelKind.of(label)
                        .orElseThrow(() ->
                                json.problem("unknown kind '" + label + "'; there are " + List.of(ModelKind.values()))))
                .orElseGet(layout::kind);
        ModelDefaults published = of(kind);
        JsonNode guidance = json.root().path("guidance");
        ModelDefaults stated = new ModelDefaults(
                kind,
                size(json, published.size),
                json.integer("frames", published.frames),
                json.integer("fps", published.fps),
                json.integer("steps", published.steps),
                json.number("shift", published.shift),
                guidance.isMissingNode()
                        ? published.guidance
                        : new Guidance(
                                json.number(guidance.path("low"), "guidance.low"),
                                json.number(guidance.path("high"), "guidance.high")),
                json.number("boundary", published.boundary),
                json.isTrue("distilled"));
        stated.check(json);
        return stated;
    }

    private static Size size(JsonFile json, Size published) {
        try {
            return new Size(json.integer("width", published.width()), json.integer("height", published.height()));
        } catch (InvalidRequestException e) {
            throw json.problem(String.valueOf(e.getMessage()), e);
        }
    }

    private void check(JsonFile json) {
        require(
                json,
                frames >= 1 && frames % 4 == 1,
                "frames " + frames + " is not of the form 4n+1, take " + ModelInfo.nearestFrames(frames));
        require(json, fps >= 1, "fps " + fps + " is below 1");
        require(json, steps >= 1, "steps " + steps + " is below 1");
        require(json, shift > 0 && shift < Double.POSITIVE_INFINITY, "shift " + shift + " is not above 0");
        require(json, guidance.low() >= 0 && guidance.high() >= 0, "guidance " + guidance + " is below 0");
        require(json, boundary >= 0 && boundary <= 1, "boundary " + boundary + " is not between 0 and 1");
        int multiple = sizeMultiple(kind);
        require(
                json,
                fits(size.width(), multiple) && fits(size.height(), multiple),
                "size " + size + " is no multiple of " + multiple + ", take "
                        + new Size(nearest(size.width(), multiple), nearest(size.height(), multiple)));
    }

    private static boolean fits(int side, int multiple) {
        return side > 0 && side % multiple == 0;
    }

    private static int nearest(int side, int multiple) {
        return Math.max(1, Math.round((float) side / multiple)) * multiple;
    }

    private static void require(JsonFile json, boolean condition, String problem) {
        if (!condition) {
            throw json.problem(problem);
        }
    }

    /** In one line. */
    public String summary() {
        return size + ", " + frames + " frames at " + fps + " fps, " + steps + " steps, shift " + shift + ", guidance "
                + guidance + (kind.hasTwoExperts() ? ", boundary " + boundary : "") + (distilled ? ", distilled" : "");
    }

    /** What width and height must be multiples of: the VAE's stride times the transformer's patch. */
    public static int sizeMultiple(ModelKind kind) {
        return kind == ModelKind.TI2V_5B ? 32 : 16;
    }

    /** The part of these that requests fall back on. */
    public ModelInfo.Defaults forRequests() {
        return new ModelInfo.Defaults(size, frames, steps, shift, guidance, Solver.UNIPC, NEGATIVE_PROMPT);
    }
}
