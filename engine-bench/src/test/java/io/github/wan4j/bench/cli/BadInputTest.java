package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.video.Latents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong: the right exit code, one line on standard error, and nothing written. */
class BadInputTest {
    private static final String PROMPT = "a red circle moves right on a black background";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    /** Runs {@code wan generate} with these options and an output in the test's folder. */
    private String refused(int code, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("generate", PROMPT));
        arguments.addAll(List.of(options));
        if (!arguments.contains("--out")) {
            arguments.addAll(List.of("--out", folder.resolve("video.mp4").toString()));
        }
        List<String> before = Folders.contents(folder);
        Command command = Command.run(arguments.toArray(String[]::new));
        assertThat(command.code()).as(command.err()).isEqualTo(code);
        assertThat(command.errLines()).hasSize(1);
        assertThat(command.out()).isEmpty();
        assertThat(Folders.contents(folder)).isEqualTo(before);
        return command.err();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--frames 32|32|33",
                "--frames x|--frames|'x'",
                "--frames 5.0|--frames|whole number",
                "--frames 33 --seconds 2|frames|seconds",
                "--size 100x100|100x100|96x96",
                "--size 128|'128'|1280x720",
                "--steps 0|steps is 0|at least 1",
                "--steps 1001|1001|at most 1000",
                "--shift 0|shift is 0|above 0",
                "--shift nan|shift|'nan'",
                "--shift NaN|shift is NaN|above 0",
                "--guidance -1|guidance is -1|from 0",
                "--guidance 1,2,3|'1,2,3'|LOW,HIGH",
                "--model mini-ti2v --guidance 3,4|guidance is 3.0,4.0|one number",
                "--solver heun|'heun'|unipc, dpm++, euler",
                "--seed -5|seed is -5|0 or more",
                "--seed soon|'soon'|random",
                "--seconds 0|seconds is 0|above 0",
                "--count 0|--count is 0|1 to",
                "--count 2 --trace t.safetensors|--count|--trace",
                "--count 1 --noise n.safetensors|--count|--noise",
                "--device tpu|'tpu'|cuda:N",
                "--device cuda:|'cuda:'|cuda:N",
                "--precision fp16|'fp16'|bf16",
                "--threads 0|--threads|0 is below 1",
                "--tf32 maybe|--tf32|'maybe'",
                "--attention fast|--attention|cudnn",
                "--kernels mine|--kernels|reference",
                "--graphs no|--graphs|auto|",
                "--vae-chunk 0|--vae-chunk|0 is below 1",
                "--vae-tile 250,32|--vae-tile|250",
                "--out video.avi|video.avi|.gif, .mp4, .png",
                "--prompt again|prompt|twice",
                "--frame 33|--frame|--frames",
                "--steps|--steps|parameter",
            })
    void theCommandLineAndTheRequestAreTwo(String options, String named, String cure) throws IOException {
        assertThat(refused(ExitCode.USAGE, options.split(" "))).contains(named).contains(cure);
    }

    @Test
    void allProblemsComeTogetherAndTheRequestsFirst() throws IOException {
        String said = refused(
                ExitCode.USAGE,
                "--frames",
                "32",
                "--size",
                "100x100",
                "--solver",
                "heun",
                "--device",
                "tpu",
                "--image",
                folder.resolve("none.png").toString());
        assertThat(said).contains("frames is 32", "size is 100x100", "'heun'", "'tpu'", "from text alone", "; ");
    }

    @Test
    void aRequestIsCheckedAlsoWhereItCannotRun() throws IOException {
        assertThat(refused(ExitCode.USAGE, "--device", "cuda:999", "--frames", "32"))
                .contains("frames is 32")
                .doesNotContain("cuda");
    }

    @Test
    void aDeviceThatIsNotThereIsOne() throws IOException {
        assertThat(refused(ExitCode.FAILED, "--device", "cuda:999")).contains("cuda:999");
    }

    @Test
    void aPrecisionThatTheDeviceHasNotIsOne() throws IOException {
        assertThat(refused(ExitCode.USAGE, "--device", "cpu", "--precision", "fp8", "--strict"))
                .contains("CPU has no fp8, take fp32");
    }

    @Test
    void modelsThatAreNotThere() throws IOException {
        String missing = folder.resolve("no-such-model").toString();
        String empty = Files.createDirectory(folder.resolve("empty")).toString();
        assertThat(refused(ExitCode.FAILED, "--model", missing)).contains(missing, "mini-t2v");
        assertThat(refused(ExitCode.FAILED, "--model", empty)).contains(empty, "is empty");
        assertThat(refused(ExitCode.USAGE, "--model", missing, "--steps", "0")).contains("steps is 0");
    }

    @Test
    void modelsThatAreBroken() throws IOException {
        assertThat(broken(Folders.truncated(folder.resolve("truncated")))).contains(Folders.FIRST_SHARD);
        assertThat(broken(Folders.withoutAShard(folder.resolve("missing")))).contains(Folders.FIRST_SHARD);
        assertThat(broken(Folders.withOverlap(folder.resolve("overlap")))).contains(Folders.FIRST_SHARD, "overlap");
        assertThat(broken(Folders.withAWrongShape(folder.resolve("shape")))).contains("expected");
        assertThat(broken(Folders.withAForeignGlobal(folder.resolve("global")))).contains("os.system");
    }

    private String broken(Path model) throws IOException {
        String said = refused(ExitCode.FAILED, "--model", model.toString());
        assertThat(Command.run("inspect", model.toString()))
                .satisfies(inspected -> assertThat(inspected.code()).isEqualTo(ExitCode.FAILED))
                .satisfies(inspected -> assertThat(inspected.errLines()).hasSize(1))
                .satisfies(inspected -> assertThat(inspected.out()).contains("WRONG"));
        return said;
    }

    @Test
    void imagesThatCannotBeRead() throws IOException {
        Path text = Files.writeString(folder.resolve("text.png"), "no picture");
        Path missing = folder.resolve("none.png");
        assertThat(refused(ExitCode.FAILED, "--model", "mini-ti2v", "--image", text.toString()))
                .contains(text.toString(), "neither PNG nor JPEG");
        assertThat(refused(ExitCode.FAILED, "--model", "mini-ti2v", "--image", missing.toString()))
                .contains(missing.toString(), "does not exist");
        assertThat(refused(ExitCode.USAGE, "--image", missing.toString())).contains("from text alone");
    }

    @Test
    void noiseThatCannotBeUsed() throws IOException {
        Path missing = folder.resolve("none.safetensors");
        Path text = Files.writeString(folder.resolve("text.safetensors"), "no tensors at all");
        Path other = folder.resolve("other.safetensors");
        Path shape = folder.resolve("shape.safetensors");
        Latents.of(new float[16], 16, 1, 1, 1).save(other, "latents");
        Latents.of(new float[16], 16, 1, 1, 1).save(shape, "noise");
        assertThat(refused(ExitCode.FAILED, "--noise", missing.toString())).contains(missing.toString());
        assertThat(refused(ExitCode.FAILED, "--noise", text.toString())).contains(text.toString());
        assertThat(refused(ExitCode.FAILED, "--noise", other.toString())).contains("noise");
        assertThat(refused(ExitCode.USAGE, "--noise", shape.toString())).contains("[16, 1, 1, 1]", "[16, 9, 16, 16]");
    }

    @Test
    void outputsThatCannotBeWritten() throws IOException {
        Path there = Files.writeString(folder.resolve("there.mp4"), "mine");
        Path nowhere = folder.resolve("nowhere");
        assertThat(refused(ExitCode.FAILED, "--out", nowhere.resolve("x.mp4").toString()))
                .contains(nowhere.toString());
        assertThat(refused(
                        ExitCode.FAILED,
                        "--trace",
                        nowhere.resolve("x.safetensors").toString()))
                .contains(nowhere.toString());
        assertThat(refused(ExitCode.FAILED, "--out", there.toString())).contains("exists already");
        assertThat(there).hasContent("mine");
        Files.writeString(folder.resolve("two-43.gif"), "mine");
        assertThat(refused(ExitCode.FAILED, "--out", folder.resolve("two.gif").toString(), "--count", "2"))
                .contains("two-43.gif");
        assertThat(refused(ExitCode.USAGE, "--out", there.toString(), "--steps", "0"))
                .contains("steps is 0");
    }

    @Test
    void commandsThatDoNotExist() {
        assertThat(Command.run().code()).isEqualTo(ExitCode.USAGE);
        assertThat(Command.run().errLines()).hasSize(1);
        Command typo = Command.run("generat", "x");
        assertThat(typo.code()).isEqualTo(ExitCode.USAGE);
        assertThat(typo.err()).contains("generate");
        assertThat(Command.run("generate").err()).contains("PROMPT is missing");
        assertThat(Command.run("inspect").code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void filesThatAreNoVideos() throws IOException {
        Path text = Files.writeString(folder.resolve("text.mp4"), "no video");
        Command command = Command.run("inspect", text.toString());
        assertThat(command.code()).isEqualTo(ExitCode.FAILED);
        assertThat(command.errLines()).hasSize(1);
        assertThat(command.out()).isEmpty();
    }
}
