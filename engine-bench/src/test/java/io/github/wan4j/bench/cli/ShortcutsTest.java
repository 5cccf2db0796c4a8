package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShortcutsTest {
    private final Path folder;

    ShortcutsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private Command run(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "generate",
                "a red circle grows on a black background",
                "--frames",
                "1",
                "--steps",
                "6",
                "--json",
                "-q",
                "--out",
                folder.resolve("x.png").toString()));
        arguments.addAll(Arrays.asList(options));
        return Command.run(arguments.toArray(String[]::new));
    }

    private static JsonNode json(Command command) throws IOException {
        assertThat(command.code()).as(command.err()).isZero();
        return new JsonMapper().readTree(command.out());
    }

    @Test
    void aMaskSavesThePassesItLeavesOut() throws IOException {
        // with shift 12, four of six steps belong to the expert of high noise: both experts begin with a computed step
        assertThat(json(run("--mask", "#.####")).get("forwards").asInt()).isEqualTo(10);
    }

    @Test
    void guidanceInAnIntervalSavesTheNegativeBranchElsewhere() throws IOException {
        assertThat(json(run("--guidance-interval", "1-2")).get("forwards").asInt())
                .isEqualTo(8);
    }

    @Test
    void bothBranchesGoInOnePassOrInTwo() throws IOException {
        assertThat(json(run("--guidance-passes", "1")).get("forwards").asInt()).isEqualTo(12);
        Command command = run("--guidance-passes", "3");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("--guidance-passes is '3', take 1, 2 or auto");
    }

    @Test
    void aMaskOfTheWrongLengthIsRefused() {
        Command command = run("--mask", "#.#");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.errLines()).hasSize(1);
        assertThat(command.err()).contains("mask");
    }

    @Test
    void whatBelongsToNoCacheIsRefused() {
        Command command = run("--threshold", "0.2", "--tier", "fastest", "--guidance-interval", "2");
        assertThat(command.code()).isEqualTo(ExitCode.USAGE);
        assertThat(command.errLines()).hasSize(1);
        assertThat(command.err()).contains("--threshold").contains("fastest").contains("--guidance-interval");
    }

    @Test
    void teaCacheIsOffForVideosOfFewSteps() throws IOException {
        assertThat(json(run("--cache", "teacache")).get("forwards").asInt()).isEqualTo(12);
    }
}
