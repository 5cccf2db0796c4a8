package io.github.wan4j.core.runtime;

import io.github.wan4j.core.WanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** Runs in a JVM of its own and prints what loading the natives came to. */
final class NativesProbe {
    private NativesProbe() {}

    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "twice" -> {
                load();
                load();
            }
            case "pointer-first" -> {
                System.out.println(Pointer.totalBytes());
                load();
            }
            case "javacpp-alone" -> Loader.load(org.bytedeco.pytorch.global.torch.class);
            default -> load();
        }
        Path maps = Path.of("/proc/self/maps");
        if (Files.exists(maps)) {
            try (Stream<String> lines = Files.lines(maps)) {
                List<String> files = lines.filter(line -> line.contains("/pytorch/"))
                        .map(line -> line.substring(line.indexOf('/')))
                        .distinct()
                        .toList();
                files.forEach(file -> System.out.println("mapped " + file));
            }
        }
    }

    private static void load() {
        try {
            Natives natives = Natives.load();
            System.out.println("loaded: " + natives.reason());
            natives.warnings().forEach(warning -> System.out.println("warning: " + warning));
        } catch (WanException e) {
            System.out.println("failed: " + e.getMessage());
        }
    }
}
