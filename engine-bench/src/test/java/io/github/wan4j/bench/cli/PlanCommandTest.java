package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PlanCommandTest {
    @Test
    void memoryOfASmallModelIsToldInMebibytes() {
        assertThat(Command.run("plan").out()).contains("memory, MiB").doesNotContain("GiB");
        assertThat(Command.run("plan", "--model", "t2v-a14b", "--device-profile", "h200")
                        .out())
                .contains("memory, GiB");
    }

    @Test
    void aPublishedModelIsPlannedWithoutItsWeights() throws IOException {
        Command command =
                Command.run("plan", "--model", "t2v-a14b", "--device-profile", "h200", "--cache", "magcache", "--json");
        assertThat(command.code()).as(command.err()).isZero();
        JsonNode plan = new JsonMapper().readTree(command.out());
        assertThat(plan.get("steps")).hasSize(40);
        assertThat(plan.get("mask").asText()).hasSize(40).contains(".");
        assertThat(plan.get("forwards").asInt()).isLessThan(80);
    }

    @Test
    void theTablePrintsOneLineAStep() {
        Command command = Command.run("plan", "--steps", "7");
        assertThat(command.code()).as(command.err()).isZero();
        assertThat(command.outLines()).anyMatch(line -> line.matches(" +7 .*"));
        assertThat(command.out()).contains("14 forwards");
    }

    @Test
    void theLongestVideoOfACardIsTold() {
        Command command = Command.run("plan", "--model", "ti2v-5b", "--device-profile", "rtx-4090", "--max");
        assertThat(command.code()).as(command.err()).isZero();
        assertThat(command.out()).contains("frames of 1280x704 at most on");
    }

    @Test
    void everythingWrongIsSaidOnOneLine() {
        Command command = Command.run("plan", "--frames", "32", "--device-profile", "h20", "--tier", "fast");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.errLines()).hasSize(1);
        assertThat(command.err()).contains("h20").contains("fast");
    }

    @Test
    void anImageIsNotNeededToPlanWithIt() {
        Command command = Command.run("plan", "--model", "i2v-a14b", "--device-profile", "h200", "--frames", "33");
        assertThat(command.code()).as(command.err()).isZero();
    }

    @Test
    void aTimeThatCannotBeReadIsRefusedWithOneThatCan() {
        Command command = Command.run("plan", "--within", "soon", "--device-profile", "h200");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("--within is 'soon', write it as 90s, 5m or 1h");
    }

    @Test
    void aTimeAndStepsContradictEachOther() {
        Command command = Command.run(
                "plan", "--within", "1.5m", "--steps", "7", "--min-quality", "-3", "--device-profile", "h200");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("leave one away").contains("min-quality is -3.0 dB");
    }

    @Test
    void aLimitOfMemoryIsPlannedWith() throws IOException {
        Command command = Command.run(
                "plan", "--model", "t2v-a14b", "--device-profile", "h200", "--vram-limit", "24GiB", "--json");
        assertThat(command.code()).as(command.err()).isZero();
        JsonNode plan = new JsonMapper().readTree(command.out());
        assertThat(plan.get("residency").asText()).isEqualTo("stream");
        assertThat(plan.get("peakBytes").get("device").asLong()).isLessThan(24L << 30);
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheNearestThatDoes() {
        Command command = Command.run("plan", "--model", "ti2v-5b", "--device-profile", "h200", "--vram-limit", "3GiB");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("121 frames of 1280x704 need about").contains("take ");
    }
}
