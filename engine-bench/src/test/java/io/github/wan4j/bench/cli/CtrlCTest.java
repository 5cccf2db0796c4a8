package io.github.wan4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "no signals there")
class CtrlCTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void aRunThatIsInterruptedEndsWith130AndLeavesNothing() throws IOException, InterruptedException {
        Process wan = new ProcessBuilder(command())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader err = wan.errorReader(StandardCharsets.UTF_8)) {
            List<String> said = new ArrayList<>();
            String line = err.readLine();
            while (line != null) {
                said.add(line);
                if (line.equals("wan: denoise")) {
                    assertThat(run("kill", "-INT", String.valueOf(wan.pid()))).isZero();
                }
                line = err.readLine();
            }
            assertThat(wan.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(said).contains("wan: denoise", "wan: cancelled, nothing was written");
            assertThat(wan.exitValue()).isEqualTo(ExitCode.CANCELLED);
            assertThat(Folders.contents(folder)).containsExactly(folder.toString());
        } finally {
            wan.destroyForcibly();
        }
    }

    /** More steps than anybody waits for. */
    private List<String> command() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        String[] listening = {"env", "--default-signal=INT"}; // what runs in a shell's background does not
        if (run(listening[0], listening[1], "true") == 0) {
            command.addAll(List.of(listening));
        }
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Dorg.bytedeco.javacpp.maxBytes=0"));
        String cacheDir = System.getProperty("wan4j.cacheDir");
        if (cacheDir != null) {
            command.add("-Dwan4j.cacheDir=" + cacheDir);
        }
        command.addAll(List.of("-cp", classPath, Wan.class.getName(), "generate", "a red circle"));
        command.addAll(List.of("--steps", "1000", "--frames", "5"));
        command.addAll(List.of("--out", folder.resolve("x.mp4").toString()));
        command.addAll(List.of("--trace", folder.resolve("x.safetensors").toString()));
        return command;
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
