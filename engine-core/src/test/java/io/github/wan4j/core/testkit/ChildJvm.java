package io.github.wan4j.core.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A second JVM for tests about what is loaded, set or left once per process. */
public final class ChildJvm {
    private static final long SECONDS = 60;

    private final Class<?> main;
    private final List<String> classPath =
            new ArrayList<>(Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator)));
    private final List<String> flags = new ArrayList<>(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"));

    private ChildJvm(Class<?> main) {
        this.main = main;
    }

    /** With this JVM's class path and none of its flags. */
    public static ChildJvm of(Class<?> main) {
        return new ChildJvm(main);
    }

    /** Leaves out what has such a file name. */
    public ChildJvm without(Predicate<String> fileName) {
        classPath.removeIf(entry -> fileName.test(new File(entry).getName()));
        return this;
    }

    /** Adds a jar or folder. */
    public ChildJvm with(Path entry) {
        classPath.add(entry.toString());
        return this;
    }

    /** Adds an option of {@code java}. */
    public ChildJvm flag(String flag) {
        flags.add(flag);
        return this;
    }

    /** Exit code, then standard output and error together. */
    public record Result(int exit, String output) {}

    /** Runs to the end; a child that hangs is killed and fails the test. */
    public Result run(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), main.getName()));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("child", ".txt");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("no end within " + SECONDS + " s: " + Files.readString(output));
                }
                return new Result(process.exitValue(), text(output));
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The JVM's own remarks are not the child's words. */
    private static String text(Path output) throws IOException {
        return Files.readAllLines(output, StandardCharsets.UTF_8).stream()
                .filter(line -> !line.contains("VM warning:") && !line.startsWith("It's highly recommended"))
                .collect(Collectors.joining("\n"));
    }
}
