package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorAndInspectTest {
    @Test
    void theDoctorTriesEverythingOut() {
        Command command = Command.run("doctor");
        assertThat(command.code()).as(command.err()).isZero();
        assertThat(command.err()).isEmpty();
        assertThat(command.out())
                .contains("wan4j\n", "java\n", "natives\n", "devices\n", "  cpu ", "libtorch")
                .contains("splits prompts", "written, ")
                .doesNotContain("(default)");
    }

    @Test
    void everySettingSaysWhereItCameFrom() {
        Command command = Command.run("doctor", "--config");
        assertThat(command.outLines())
                .anyMatch(line -> line.matches(" +devices +auto \\(default\\)"))
                .anyMatch(line -> line.contains("cpuThreads"));
    }

    @Test
    void theDoctorEndsWith1WhereNoVideoCanBeMade() {
        System.setProperty("wan4j.devices", "cuda:99");
        try {
            Command command = Command.run("doctor");
            assertThat(command.code()).isEqualTo(ExitCode.FAILED);
            assertThat(command.errLines()).hasSize(1);
            assertThat(command.err()).contains("no device cuda:99");
            assertThat(command.out()).contains("devices\n");
        } finally {
            System.clearProperty("wan4j.devices");
        }
    }

    @Test
    void aWrongSettingIsBadUsage() {
        System.setProperty("wan4j.cpuThread", "2");
        try {
            Command command = Command.run("doctor");
            assertThat(command.code()).isEqualTo(ExitCode.USAGE);
            assertThat(command.errLines()).hasSize(1);
            assertThat(command.err()).contains("wan4j.cpuThread", "wan4j.cpuThreads");
        } finally {
            System.clearProperty("wan4j.cpuThread");
        }
    }

    @Test
    void aFolderAndANameShowTheSameModel(@TempDir Path folder) throws IOException {
        Command named = Command.run("inspect", "mini-ti2v");
        Command copy = Command.run("inspect", Folders.ti2v(folder).toString());
        assertThat(named.code()).isZero();
        assertThat(copy.code()).isZero();
        assertThat(named.out())
                .contains("original", "ti2v-5b", "transformer", "text encoder", "VAE", "tokenizer.json", "parameters")
                .doesNotContain("WRONG");
        assertThat(copy.out().lines().filter(line -> line.contains("parameters")))
                .containsExactlyElementsOf(named.out()
                        .lines()
                        .filter(line -> line.contains("parameters"))
                        .toList());
    }

    @Test
    void versionAndHelpAreReadable() {
        assertThat(Command.run("--version").out()).startsWith("wan4j ");
        assertThat(Command.run("--help").out()).contains("generate", "inspect", "doctor");
        for (String command : new String[] {"generate", "warm", "calibrate"}) {
            assertThat(Command.run(command, "--help").out()).contains("-q, --quiet");
        }
        for (String command : new String[] {"generate", "plan", "warm", "calibrate", "inspect", "doctor"}) {
            Command help = Command.run(command, "--help");
            assertThat(help.code()).isZero();
            assertThat(help.err()).isEmpty();
            assertThat(help.out()).contains("-v, --verbose");
            assertThat(help.outLines()).hasSizeGreaterThan(5).allMatch(line -> line.length() <= 80);
        }
    }
}
