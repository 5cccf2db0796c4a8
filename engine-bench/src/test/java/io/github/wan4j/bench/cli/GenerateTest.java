package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.core.weights.SafetensorsReader;
import io.github.wan4j.core.weights.SafetensorsWriter;
import io.github.wan4j.models.write.Metadata;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small videos by the command line: what it prints, what it writes, and that both agree. */
class GenerateTest {
    private static final String PROMPT = "a red circle moves right on a black background";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    /** One step of five frames. */
    private static Command small(String... options) {
        return run("--steps", "1", "--frames", "5", options);
    }

    private static Command run(String a, String b, String c, String d, String... options) {
        List<String> arguments = new ArrayList<>(List.of("generate", PROMPT, a, b, c, d));
        arguments.addAll(List.of(options));
        Command command = Command.run(arguments.toArray(String[]::new));
        assertThat(command.code()).as(command.err()).isZero();
        return command;
    }

    private static JsonNode json(Command command) throws IOException {
        assertThat(command.outLines()).hasSize(1);
        return new JsonMapper().readTree(command.out());
    }

    @Test
    void previewsGrowBesideTheOutput() throws IOException {
        Command command = run("--steps", "4", "--frames", "5", "--out", path("x.mp4"), "--preview=2");
        assertThat(command.code()).isZero();
        BufferedImage sheet = ImageIO.read(folder.resolve("x.preview.png").toFile());
        assertThat(sheet.getWidth()).isEqualTo(2 * 96); // the two latent frames of the video, enlarged
        assertThat(sheet.getHeight()).isEqualTo(2 * 96 + 2); // after steps 2 and 4
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void theObjectSaysWhatWasDone() throws IOException {
        JsonNode json = json(small("--out", path("x.gif"), "--json", "--seed", "7"));
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .contains(
                        "model",
                        "device",
                        "precision",
                        "seed",
                        "width",
                        "height",
                        "frames",
                        "steps",
                        "forwards",
                        "seconds",
                        "peakBytes",
                        "output",
                        "warnings");
        assertThat(json.get("model").asText()).isEqualTo("mini-t2v");
        assertThat(json.get("device").asText()).isEqualTo("cpu");
        assertThat(json.get("precision").asText()).isEqualTo("fp32");
        assertThat(json.get("seed").asLong()).isEqualTo(7);
        assertThat(json.get("width").asInt()).isEqualTo(128);
        assertThat(json.get("height").asInt()).isEqualTo(128);
        assertThat(json.get("frames").asInt()).isEqualTo(5);
        assertThat(json.get("steps").asInt()).isEqualTo(1);
        assertThat(json.get("forwards").asInt()).isEqualTo(2);
        assertThat(json.get("output").asText()).isEqualTo(path("x.gif"));
        assertThat(json.get("warnings").isArray()).isTrue();
        assertThat(json.get("tier").asText()).isEqualTo("quality");
        assertThat(json.get("mask").asText()).isEqualTo("#");
        assertThat(json.get("retries").isEmpty()).isTrue();
        assertThat(json.get("predicted").get("seconds").fieldNames())
                .toIterable()
                .containsExactlyElementsOf(() -> json.get("seconds").fieldNames());
        assertThat(json.get("predicted").get("peakBytes").get("host").asLong()).isPositive();
        assertThat(json.get("choices").findValuesAsText("name"))
                .contains("cache", "batched guidance", "precision", "autoencoder");
        assertThat(json.get("warnings").size()).isZero();
        double stages = 0;
        for (String stage : List.of("load", "encode", "denoise", "decode", "write")) {
            assertThat(json.get("seconds").get(stage).asDouble()).as(stage).isPositive();
            stages += json.get("seconds").get(stage).asDouble();
        }
        assertThat(json.get("seconds").get("total").asDouble()).isGreaterThan(stages);
        assertThat(json.get("peakBytes").get("device").isNull()).isTrue();
        JsonNode host = json.get("peakBytes").get("host");
        assertThat(Files.exists(Path.of("/proc/self/status")) ? host.asLong() > 100_000_000 : host.isNull())
                .isTrue();
        assertThat(folder.resolve("x.gif")).isNotEmptyFile();
    }

    @Test
    void resultsGoToStandardOutputAndAllElseToStandardError() {
        Command loud = small("--out", path("x.gif"));
        assertThat(loud.outLines()).containsExactly(path("x.gif"));
        assertThat(loud.errLines()).isNotEmpty().allMatch(line -> line.startsWith("wan: "));
        assertThat(loud.err()).contains("seed 42");
        Command quiet = small("--out", path("x.gif"), "-q", "--overwrite");
        assertThat(quiet.outLines()).containsExactly(path("x.gif"));
        assertThat(quiet.err()).isEmpty();
    }

    @Test
    void inspectReadsBackWhatWasWritten() {
        for (String name : List.of("x.mp4", "x.gif", "x.png")) {
            small("--out", path(name), "-q", "--negative", "", "--solver", "euler", "--guidance", "2,5");
            Map<String, Object> settings = Metadata.read(folder.resolve(name)).orElseThrow();
            assertThat(settings)
                    .containsEntry("prompt", PROMPT)
                    .containsEntry("negative", "")
                    .containsEntry("solver", "euler")
                    .containsEntry("guidance", Map.of("low", 2.0, "high", 5.0))
                    .containsEntry("seed", 42)
                    .containsKeys("model", "modelHash", "version");
            Command inspected = Command.run("inspect", path(name));
            assertThat(inspected.code()).isZero();
            assertThat(inspected.err()).isEmpty();
            assertThat(inspected.outLines()).contains("prompt       \"" + PROMPT + "\"", "frames       5");
        }
    }

    @Test
    void theModelsOwnNegativePromptIsUsedUnlessAnEmptyOneIsGiven() {
        small("--out", path("own.gif"), "-q");
        Map<String, Object> own = Metadata.read(folder.resolve("own.gif")).orElseThrow();
        assertThat(String.valueOf(own.get("negative"))).startsWith("色调艳丽");
    }

    @Test
    void severalVideosComeFromOneEngine() throws IOException {
        Command command = small("--out", path("x.gif"), "--count", "2", "--seed", "8", "--json");
        assertThat(command.outLines()).hasSize(2);
        for (int i = 0; i < 2; i++) {
            JsonNode json = new JsonMapper().readTree(command.outLines().get(i));
            assertThat(json.get("seed").asLong()).isEqualTo(8 + i);
            assertThat(json.get("output").asText()).isEqualTo(path("x-" + (8 + i) + ".gif"));
        }
        small("--out", path("alone.gif"), "--seed", "9", "-q");
        assertThat(folder.resolve("x-9.gif")).hasSameBinaryContentAs(folder.resolve("alone.gif"));
        assertThat(Files.mismatch(folder.resolve("x-8.gif"), folder.resolve("x-9.gif")))
                .isNotNegative();
        assertThat(Folders.contents(folder)).hasSize(4);
    }

    @Test
    void aDrawnSeedIsReportedAndMakesTheSameVideoAgain() throws IOException {
        long seed = json(small("--out", path("x.gif"), "--seed", "random", "--json"))
                .get("seed")
                .asLong();
        long other = json(small("--out", path("y.gif"), "--seed", "random", "--json"))
                .get("seed")
                .asLong();
        assertThat(seed).isNotNegative().isNotEqualTo(other);
        small("--out", path("z.gif"), "--seed", String.valueOf(seed), "-q");
        assertThat(folder.resolve("z.gif")).hasSameBinaryContentAs(folder.resolve("x.gif"));
    }

    @Test
    void secondsTakeTheNearestLengthThatIsPossible() throws IOException {
        JsonNode json = json(run("--steps", "1", "--seconds", "0.4", "--out", path("x.png"), "--json"));
        double asked = 0.4 * 16;
        assertThat(Metadata.read(folder.resolve("x.png")).orElseThrow()).containsEntry("fps", 16);
        assertThat(json.get("frames").asInt() % 4).isEqualTo(1);
        assertThat(Math.abs(json.get("frames").asInt() - asked)).isLessThanOrEqualTo(2);
    }

    @Test
    void aTraceHoldsTheWholeRun() {
        run("--steps", "2", "--frames", "5", "--out", path("x.gif"), "--trace", path("a.safetensors"), "-q");
        SafetensorsReader trace = SafetensorsReader.open(folder.resolve("a.safetensors"));
        assertThat(trace.names()).containsExactlyInAnyOrder("latents", "timesteps", "video_u8");
        assertThat(trace.shape("latents")).containsExactly(3, 16, 2, 16, 16);
        assertThat(trace.shape("timesteps")).containsExactly(2);
        assertThat(trace.shape("video_u8")).containsExactly(5, 128, 128, 3);
        assertThat(trace.floats("timesteps")[0]).isBetween(990f, 1000f);

        run("--steps", "2", "--frames", "5", "--out", path("y.gif"), "--trace", path("b.safetensors"), "-q");
        assertThat(folder.resolve("b.safetensors")).hasSameBinaryContentAs(folder.resolve("a.safetensors"));
    }

    @Test
    void aTraceReplacesAnOlderOne() throws IOException {
        Path old = Files.writeString(folder.resolve("a.safetensors"), "old");
        small("--out", path("x.gif"), "--trace", old.toString(), "-q");
        assertThat(SafetensorsReader.open(old).names()).hasSize(3);
        assertThat(Folders.contents(folder)).hasSize(3);
    }

    @Test
    void theNoiseOfATraceGivesTheSameVideo() {
        small("--out", path("x.gif"), "--trace", path("a.safetensors"), "-q", "--seed", "5");
        SafetensorsReader trace = SafetensorsReader.open(folder.resolve("a.safetensors"));
        float[] all = trace.floats("latents");
        new SafetensorsWriter()
                .add("noise", Arrays.copyOf(all, all.length / 2), 16, 2, 16, 16)
                .write(folder.resolve("noise.safetensors"));
        small("--out", path("y.gif"), "--trace", path("b.safetensors"), "--noise", path("noise.safetensors"), "-q");
        assertThat(folder.resolve("b.safetensors")).hasSameBinaryContentAs(folder.resolve("a.safetensors"));
    }

    @Test
    void anImageStaysTheFirstFrameThroughoutTheTrace() throws IOException {
        BufferedImage picture = new BufferedImage(200, 120, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(Color.RED);
        graphics.fillOval(20, 40, 50, 50);
        graphics.dispose();
        ImageIO.write(picture, "png", folder.resolve("first.png").toFile());
        JsonNode json = json(run(
                "--steps",
                "2",
                "--frames",
                "5",
                "--model",
                "mini-ti2v",
                "--image",
                path("first.png"),
                "--size",
                "130x100", // with an image only the area counts
                "--trace",
                path("a.safetensors"),
                "--out",
                path("x.png"),
                "--json"));
        assertThat(json.get("width").asInt()).isGreaterThan(json.get("height").asInt());
        assertThat(json.get("width").asInt() * json.get("height").asInt()).isLessThanOrEqualTo(13_000);
        SafetensorsReader trace = SafetensorsReader.open(folder.resolve("a.safetensors"));
        long[] shape = trace.shape("latents");
        assertThat(shape[0]).isEqualTo(3);
        float[] latents = trace.floats("latents");
        int plane = (int) (shape[3] * shape[4]);
        int channel = (int) shape[2] * plane;
        int state = (int) shape[1] * channel;
        for (int step = 1; step < 3; step++) {
            for (int c = 0; c < shape[1]; c++) {
                int first = c * channel;
                int now = step * state + first;
                assertThat(Arrays.copyOfRange(latents, now, now + plane))
                        .isEqualTo(Arrays.copyOfRange(latents, first, first + plane));
                assertThat(Arrays.copyOfRange(latents, now + plane, now + 2 * plane))
                        .isNotEqualTo(Arrays.copyOfRange(latents, first + plane, first + 2 * plane));
            }
        }
    }

    @Test
    void theOfficialNamesMeanTheSame() throws IOException {
        Command official = Command.run(
                "generate",
                "--prompt",
                PROMPT,
                "--ckpt_dir",
                "mini-t2v",
                "--size",
                "128*128",
                "--frame_num",
                "5",
                "--sample_steps=1",
                "--sample_shift",
                "12",
                "--sample_guide_scale",
                "3,4",
                "--sample_solver",
                "unipc",
                "--base_seed",
                "42",
                "--save_file",
                path("official.gif"),
                "--json");
        assertThat(official.code()).as(official.err()).isZero();
        small("--out", path("ours.gif"), "-q");
        assertThat(folder.resolve("official.gif")).hasSameBinaryContentAs(folder.resolve("ours.gif"));
        assertThat(Command.run("generate", "--help").out()).doesNotContain("ckpt_dir", "sample_", "--prompt");
        assertThat(json(small("--out", path("r.gif"), "--base_seed", "-1", "--json"))
                        .get("seed")
                        .asLong())
                .isNotNegative();
    }

    @Test
    void anExistingFileIsReplacedOnlyOnRequest() throws IOException {
        Path there = Files.writeString(folder.resolve("x.gif"), "mine");
        small("--out", there.toString(), "--overwrite", "-q");
        assertThat(Metadata.read(there)).isPresent();
    }

    @Test
    void aVeryLongPromptIsCutWithAWarning() throws IOException {
        String prompt = "word ".repeat(10_000);
        Command command =
                Command.run("generate", prompt, "--steps", "1", "--frames", "1", "--out", path("x.png"), "--json");
        assertThat(command.code()).as(command.err()).isZero();
        assertThat(json(command).get("warnings").get(0).asText()).contains("50001 tokens", "512");
        assertThat(command.errLines()).anyMatch(line -> line.contains("warning") && line.contains("512"));
    }
}
