package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.video.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrateCommandTest {
    private final Path folder;

    CalibrateCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void whatItMeasuresIsWhatLaterRunsGoBy() throws IOException {
        Path prompts = Files.writeString(
                folder.resolve("prompts.txt"),
                "a red circle moves right on a black background\n\na blue square grows on a white background\n");
        String file = folder.resolve("mini.json").toString();
        Command measured = Command.run(
                "calibrate",
                "--model",
                "mini-ti2v",
                "--prompts",
                prompts.toString(),
                "--steps",
                "10",
                "--size",
                "64x64",
                "--frames",
                "5",
                "--recommend",
                "0.3,2,0.2",
                "--out",
                file,
                "--device",
                "cpu");
        assertThat(measured.code()).as(measured.err()).isZero();
        assertThat(measured.outLines()).containsExactly(file);
        assertThat(measured.err()).contains("run 2 of 2: step 10/10").contains("single: ");

        Command plan = Command.run(
                "plan",
                "--model",
                "mini-ti2v",
                "--cache",
                "magcache",
                "--calibration",
                file,
                "--json",
                "--device",
                "cpu");
        assertThat(plan.code()).as(plan.err()).isZero();
        JsonNode cache = new JsonMapper().readTree(plan.out()).get("cache");
        assertThat(cache.get("threshold").asDouble()).isEqualTo(0.3);
        assertThat(cache.get("origin").asText())
                .isEqualTo("ratios measured on mini-ti2v, from " + file + ", stretched from 10 steps");

        Command tea = Command.run(
                "plan", "--model", "mini-ti2v", "--cache", "teacache", "--calibration", file, "--device", "cpu");
        assertThat(tea.out()).contains("polynomial fitted for mini-ti2v, from " + file);

        Command other = Command.run("plan", "--cache", "magcache", "--calibration", file, "--device", "cpu");
        assertThat(other.code()).isEqualTo(ExitCode.FAILED);
        assertThat(other.errLines()).singleElement().asString().contains(file, "kind ti2v-5b, mini-t2v has t2v-a14b");
    }

    @Test
    void theBundledModelsComeWithTheirs() {
        for (String model : ModelSource.NAMES) {
            Command twenty = Command.run("plan", "--model", model, "--cache", "magcache", "--device", "cpu");
            assertThat(twenty.out())
                    .contains("ratios measured on " + model + ", shipped with the model", "26 forwards");
            Command forty =
                    Command.run("plan", "--model", model, "--cache", "magcache", "--steps", "40", "--device", "cpu");
            assertThat(forty.out()).contains("stretched from 20 steps", "44 forwards");
            Command twice = Command.run("plan", "--model", model, "--speedup", "2", "--device", "cpu");
            assertThat(twice.out()).contains("20 forwards", "up to 2 steps in a row are reused");
            Command tea = Command.run(
                    "plan", "--model", model, "--cache", "teacache", "--speedup", "1.54", "--device", "cpu");
            assertThat(tea.out())
                    .contains("polynomial fitted for " + model + ", shipped with the model", "26 forwards");
        }
    }

    @Test
    void aModelWithoutItsWeightsCannotBePlannedWithTeaCacheAndIsToldWhy() {
        Command command = Command.run("plan", "--model", "t2v-a14b", "--device-profile", "h200", "--cache", "teacache");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("from the weights", "instead of the bare name t2v-a14b", "take magcache");
    }

    @Test
    void whatIsWrongIsSaidBeforeAnythingIsMeasured() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.txt"));
        Command command =
                Command.run("calibrate", "--prompts", empty.toString(), "--steps", "x", "--recommend", "0.7,0,2");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.errLines())
                .singleElement()
                .asString()
                .contains(
                        "holds no prompt", "--steps is 'x'", "threshold is 0.7", "magcache-k is 0", "retention is 2.0");
    }
}
